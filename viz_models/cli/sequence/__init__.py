"""Commands of the chapter on sequences."""
