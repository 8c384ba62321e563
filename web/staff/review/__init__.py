"""What waits for somebody: inbox, worklist, consents, second persons."""
