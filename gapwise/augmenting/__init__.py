"""Variants of training texts."""
