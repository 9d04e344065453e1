"""Rows whose label the others doubt, texts that a setting gets wrong, and slices where it is worse."""
