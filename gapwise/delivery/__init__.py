"""After the verdict: one network trained on all that is labelled, its card, and its exports."""
