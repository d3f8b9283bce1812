"""Tests of the SQL storage beyond the contract: its tables, statements and connections."""
