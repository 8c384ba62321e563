"""The staff portal, the only one that opens the directory."""
