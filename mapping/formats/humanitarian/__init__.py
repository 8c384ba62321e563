"""Humanitarian tables: HXL tags and lists of who does what where (3W)."""
