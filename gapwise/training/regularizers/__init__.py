"""One module per regularizer."""
