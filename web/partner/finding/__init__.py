"""Finder: what somebody needs, which services fit and why, what to do tonight, and the whole way."""
