"""What a row adds to a score, how sure a mean is, and what a comparison will be able to show."""
