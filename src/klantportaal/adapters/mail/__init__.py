"""Mail: the texts of mails, and adapters that send them."""
