"""The examples, and the demo that is made of them."""
