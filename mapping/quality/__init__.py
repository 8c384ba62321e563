"""What to check and mend: matching, duplicates, the call list, completeness, overview."""
