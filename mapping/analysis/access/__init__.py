"""Whom it reaches: travel, catchments, equity, where a new service helps most."""
