"""Lists: bring one in, say what its columns are, see what it would do, store it."""
