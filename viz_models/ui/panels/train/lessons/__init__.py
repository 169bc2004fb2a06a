"""Panels of the lessons of this chapter that are pages of their own."""
