"""How far it can be relied on: freshness, funding, change, what moves a number."""
