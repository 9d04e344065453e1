"""What fine-tuning and each of its settings is worth in accuracy and log loss, on the four sample sets."""
