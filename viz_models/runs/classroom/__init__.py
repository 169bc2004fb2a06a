"""Classes: who is in the room, what the teacher asks, and what the room votes."""
