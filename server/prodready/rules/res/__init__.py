"""RES: what is opened must be closed."""
