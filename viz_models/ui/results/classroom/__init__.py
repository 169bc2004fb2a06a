"""Doors from the pages for a class to what is kept."""
