"""What a training leaves on disk: models, finished repeats, timings, progress."""
