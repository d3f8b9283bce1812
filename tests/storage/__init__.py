"""The SQL storage, where it is more than the contract: its tables, its statements, its connections."""
