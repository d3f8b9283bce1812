"""Who may do what: every use case, held against everybody whose business it is not."""
