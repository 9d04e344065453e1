"""The learning curve: a score by the number of rows trained on, and what more labels are worth."""
