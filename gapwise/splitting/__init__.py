"""The sealed test, and the repeated draws of train and validation."""
