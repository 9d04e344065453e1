"""The pre-trained encoder: texts to token ids, token ids to hidden states, and a probe on them."""
