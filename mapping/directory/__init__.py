"""ADD: the private directory, its history, and who decides."""
