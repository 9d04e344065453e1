"""Classifiers that fine-tuning must be worth its cost against."""
