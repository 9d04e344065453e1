"""A final network in formats that other programs run, each checked in its own runtime before it is handed over."""
