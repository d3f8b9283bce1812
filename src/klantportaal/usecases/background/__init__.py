"""What follows from what others did: mails to send, leftovers to sweep."""
