"""The recipe, and the network that it describes."""
