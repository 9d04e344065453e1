"""The only code that knows paths of the project: files read, checked and written whole."""
