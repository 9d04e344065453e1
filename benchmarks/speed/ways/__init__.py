"""The ways to train that are timed, one module each, each run as a process of its own."""
