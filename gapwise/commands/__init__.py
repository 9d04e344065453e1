"""The commands beside the stages: thin doors of `gapwise`, with all that knows DVC and git."""
