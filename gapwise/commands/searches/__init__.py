"""A search at work: trainings in a clone of this machine or on a cluster, and what is read of them."""
