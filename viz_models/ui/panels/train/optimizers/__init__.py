"""Parts of the lesson on optimizers."""
