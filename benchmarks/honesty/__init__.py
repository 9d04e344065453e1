"""How often a verdict is right, in simulations where the truth is known."""
