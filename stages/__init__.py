"""One door per stage of dvc.yaml: params, read, call `gapwise`, write."""
