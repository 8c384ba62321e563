"""Rohnamo: one directory of assistance services, and the safe maps and gap analyses made from it."""
