"""An export behind HTTP: one text or many in, labels out."""
