"""What a page shows of an edition, for all portals."""
