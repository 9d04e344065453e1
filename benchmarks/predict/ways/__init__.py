"""Ways to label texts, each a program of its own that reads a task and reports as JSON."""
