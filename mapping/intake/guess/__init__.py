"""A first column map for a list that has none."""
