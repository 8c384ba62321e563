"""Rules: what the fields of a service mean, said once for search, API, finder, lists and analyses."""
