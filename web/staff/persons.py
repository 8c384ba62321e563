"""Persons: what somebody typed and looks like a person's name is asked about before more than custodians may see it.

The rules are those by which lists are read. It is a question, not a refusal: whoever typed it changes it, or says
that it may stand there; the second person is told.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request

from mapping.language.i18n import Message
from mapping.quality.names import fields_with_people
from mapping.safety.agreed import Showing

ASKS = Message("Nothing is stored yet: is this the name of a person? Look at the marked fields.")
LOOKS_SO = Message("This looks like somebody's name. Leave it out, or name the organization or the office instead.")
ANSWER = "may-be-named"
"""Name of the answer that it may stand there."""


def asked_about(table: str, values: Mapping[str, Any], *, audience: str, body: str = "") -> dict[str, Message]:
    """Return the fields that are to be asked about before they are stored, each with the question: name -> message."""
    if audience == "custodian" or ANSWER in request.form:
        return {}
    return dict.fromkeys(fields_with_people(table, values, body), LOOKS_SO)


def people_in(shows: Iterable[Showing], further: Iterable[tuple[str, Mapping[str, Any]]] = ()) -> list[str]:
    """Return the texts that look like somebody's name among what would newly be shown, and in further records."""
    shown = [(showing.table, {name: now for name, (_, now) in showing.fields.items()}) for showing in shows]
    named = [fields[name] for table, fields in (*shown, *further) for name in fields_with_people(table, fields)]
    return [*dict.fromkeys(named)]
