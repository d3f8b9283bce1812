"""What is released: built, installed on machines that have nothing else, and used."""
