"""Commands of the chapter on vision."""
