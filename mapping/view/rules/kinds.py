"""Kinds of service that rules name."""

POLICE_TYPES = frozenset({"JUS-POL"})
"""Service types that are the police."""
POLICE = "POLICE"
"""The condition, and the paper, by which something is to be had only after a report to the police."""
