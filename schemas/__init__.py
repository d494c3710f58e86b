"""The words: frozen models that cross a boundary, and every shared string."""
