"""What the project measures about itself: speed, quality, and how honest its verdicts are."""
