"""What every other package builds on: errors, words, seeds, contracts of tables, params, worker processes."""
