"""Networks of the chapter on vision."""
