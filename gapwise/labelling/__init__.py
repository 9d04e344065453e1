"""New texts and their labels: read as they come, labelled, explained and written, however many they are."""
