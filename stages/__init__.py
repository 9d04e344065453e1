"""One script per stage of dvc.yaml: it reads params and tables, calls `gapwise`, and writes."""
