"""What labelling new texts costs, and which of several networks should do it."""
