"""What a comparison and a plan look like, as text, Markdown, a page and files: pure functions of their figures."""
