"""Whether it is enough and fits together: norms, standards, pathways, case figures."""

from mapping.language.i18n import Message

ORDER = 3
QUESTION = Message("Is it enough, and good enough?")
