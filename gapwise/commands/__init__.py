"""The commands beside the stages: thin doors of `python -m gapwise`, with all that knows DVC and git."""
