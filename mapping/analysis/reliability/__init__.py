"""How far it can be relied on: freshness, funding, change, what moves a number."""

from mapping.language.i18n import Message

ORDER = 4
QUESTION = Message("Will it last, and can the list be relied on?")
