"""From a source file to clean, grouped, labelled texts."""
