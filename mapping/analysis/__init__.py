"""Analyses: one file each, a function of a view and a study area."""
