"""What units, places and countries are called, in every spelling."""
