"""Settings against each other: figures and verdicts."""
