"""What stands behind the ports: databases, files, mail, secrets, and the two hosts."""
