"""Editions: publish, stage, confirm, retract."""
