"""How many wrong labels are found, where they are known."""
