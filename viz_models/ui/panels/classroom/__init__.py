"""Parts of the pages for a class."""
