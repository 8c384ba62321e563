"""VIEW: what one audience may see, in a file: its index, search, differences and HSDS records."""
