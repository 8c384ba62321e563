"""The HSDS 3.1 API, read from a view."""
