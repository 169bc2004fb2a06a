"""What stacked windows see, measured by gradient on real modules."""
