"""The chapters of the report, one function each: ``(pen) -> None`` writes one and ends it."""
