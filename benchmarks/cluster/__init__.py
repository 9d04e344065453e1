"""What a sweep on many machines costs: its scaling, and the load on git."""
