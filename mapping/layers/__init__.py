"""Map layers: one file each."""
