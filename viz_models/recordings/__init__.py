"""Results too slow for a first picture, kept in pretrained/recorded/ with their provenance.

`python -m viz_models record` writes them; tests fail when one is not what would be measured now.
"""
