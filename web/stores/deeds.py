"""Deeds: what a line of the ledger says was done, and its words."""

from mapping.language.i18n import Message
from mapping.resources import table_beside

Deed = str
"""A key of `DEEDS`; the ledger takes no other."""

DEEDS: dict[Deed, Message] = {row["deed"]: Message.of(row["label"]) for row in table_beside(__file__, "deeds")}
