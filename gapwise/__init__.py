"""Gapwise fine-tunes a text classifier on little data and tells which setting really generalizes better.

Pure functions over tables and arrays: no DVC, no global state, and no paths but those of installed packages.
The scripts in `stages/` bring the files.
"""
