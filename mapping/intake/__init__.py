"""READ: a file becomes a Batch, cleaned and checked, not stored."""
