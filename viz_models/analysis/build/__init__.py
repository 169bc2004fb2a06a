"""What the shape of a network does to its gradients, measured on the network itself."""
