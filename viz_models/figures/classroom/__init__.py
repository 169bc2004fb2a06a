"""Figures of the pages for a class."""
