"""Experiments by the dozen: settings of a grid, run here, on a cluster, or as lines for another engine."""
