"""The format of a view file."""

FORMAT = "11"
"""What a view is read by: raised with every change of its tables, or of the lexicon that is kept in it."""
APPLICATION_ID = 0x526F6876
"""Stands in the header of a view file: "Rohv"."""
