"""SMS: the texts of SMSs, and adapters that send them."""
