"""Training of generators and discriminators: in the plane, and for digits."""
