"""Predictions and scores of one setting."""
