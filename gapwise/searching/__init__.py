"""A search for the setting that generalizes best: its file, its candidates, the race, and what the winner is worth."""
