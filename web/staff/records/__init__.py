"""Records: look, make, edit, reveal, merge, and their history."""
