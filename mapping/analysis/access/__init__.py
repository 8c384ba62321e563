"""Whom it reaches: travel, catchments, equity, where a new service helps most."""

from mapping.language.i18n import Message

ORDER = 2
QUESTION = Message("How far is it, and who is left out?")
