"""Fine-tuning: the objective, rates, stopping, one repeat and all repeats."""
