"""What a repeat costs, beside the plain Keras recipe and a Trainer on torch."""
