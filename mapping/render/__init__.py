"""DRAW, WRITE: maps, charts, tables, exports and the report, from a view and its results."""
