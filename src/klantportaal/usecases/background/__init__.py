"""The background work: sending mails and SMSs, making PDFs, removing expired data, checking keys."""
