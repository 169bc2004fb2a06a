"""Specs and results of this chapter."""
