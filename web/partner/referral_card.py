"""Referral cards: what a person may carry, with nothing on it that says what happened to them.

A card with a number and nothing else is the default. A place, hours and papers are printed only for kinds of help
that anybody may need; the names that services and organizations have are not, since many of them tell.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.util import find_spec

import segno
from markupsafe import Markup

from mapping.errors import NotFound
from mapping.language.i18n import Message, translate
from mapping.language.parsers import SMS
from mapping.language.taxonomy import match_term
from mapping.view.view import Entry
from web.partner.shareable import open_line, open_parts
from web.presenters.cards import ContactLink, label, papers_heading, place_name
from web.presenters.edition import Edition
from web.presenters.hotlines import only_abroad

KINDS: dict[str, Message] = {
    "number": Message("A number and its hours, nothing else"),
    "place": Message("With the kind of help, the place and the hours"),
}

PLAIN_TYPES = frozenset(
    [
        "HLT-EME",
        "HLT-PHC",
        "LEG-INF",
        "LEG-CIV",
        "LEG-DOC",
        "LEG-STA",
        "INC-EDU",
        "INC-VOC",
        "INC-EMP",
        "INC-BUS",
        "INC-SOC",
        "CHP-EDU",
        "MAT-NFI",
        "RET-CON",
        "CMG-INT",
    ]
)
"""Kinds of help that anybody may need, so that their names tell nothing of what happened to who carries them."""


@dataclass(frozen=True)
class PaperCard:
    """A card of A6 or smaller. ``types`` and what follows are empty on a card with a number only."""

    id: str
    language: str
    call: ContactLink | None
    picture: Markup
    hours: str = ""
    types: tuple[str, ...] = ()
    name: str = ""
    where: str = ""
    transport: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    """What is spoken there and what to bring, with what they are called."""
    withheld: bool = False
    """Whether more was asked for than may be printed for this kind of help."""
    line: str = ""
    """Whom to ask about other help: what the number is, and the number."""


def paper_card(
    edition: Edition, entry: Entry, language: str, kind: str, *, name: bool = False, written: bool = False
) -> PaperCard:
    """Make the card of a service in a person's language; ``name`` asks for the organization's name on it too.

    With ``written``, for who does not hear, it holds what one can write to, if there is anything: text messages, of
    the service or else of the line, or a messenger of an organization whose name tells nothing.
    A card leaves the building: what not everybody may know is not on it, and stands behind the line's number.
    """
    card, known = edition.card(entry, language), open_parts(edition)
    line = open_line(edition, language, abroad=only_abroad(entry, edition.area))
    passed_on = entry.id in known.services
    own = [call for call in card.calls if call.dial in known.numbers] if passed_on else []
    call = next((call for call in own if call.spoken), line.call if line else None)
    if written:  # to write to anybody is better than to have no way to call
        there = open_line(edition, language, abroad=only_abroad(entry, edition.area), written=True)
        named = plain_body(edition, entry)  # the address of an account is a name
        ways = [*own, *([there.call] if there else ())]
        call = next((way for way in ways if way.dial.startswith(SMS) or (named and _is_account(way))), call)
    plain = passed_on and tells_nothing(entry)
    bare = PaperCard(
        id=entry.id,
        language=language,
        call=call,
        picture=picture(call) if call and call.href else Markup(),
        hours=card.week.short if entry.id in known.hours and passed_on else "",
        withheld=not passed_on or (kind != "number" and not plain),
    )
    if kind == "number" or not plain:
        return bare
    facts = (Message("Speaks"), card.speaks), (papers_heading(entry), known_papers(entry, language))
    place = next((point for point in entry.points if point.id in known.places), None)
    return replace(
        bare,
        types=tuple(map(str, card.types)),
        facts=tuple((heading.into(language), ", ".join(words)) for heading, words in facts if words),
        name=entry.organization.name if name and plain_body(edition, entry) else "",
        where=", ".join(filter(None, (place.address, place_name(place, edition.area, language)))) if place else "",
        transport=place.transportation if place else "",
        line=f"{translate('Information:', language)} {line.call.shown}" if line and line.call != call else "",
    )


def _is_account(way: ContactLink) -> bool:
    return bool(way.href) and not way.spoken


def one_for_each(made: Iterable[PaperCard]) -> list[PaperCard]:
    """Make one card of those with a number only that bear the same one: two papers tell that two things were sought.

    Its hours are those that all its services agree on, as far as they are known.
    """
    alike: dict[PaperCard, list[PaperCard]] = {}
    for card in made:
        same = card if card.types else replace(card, hours="", withheld=False)
        alike.setdefault(replace(same, id=""), []).append(card)
    merged = []
    for cards in alike.values():
        hours = {card.hours for card in cards if card.hours}
        withheld = any(card.withheld for card in cards)
        merged.append(replace(cards[0], hours=hours.pop() if len(hours) == 1 else "", withheld=withheld))
    return merged


def tells_nothing(entry: Entry) -> bool:
    """Tell whether every kind of help that a service gives is one that anybody may need."""
    return bool(entry.types) and PLAIN_TYPES.issuperset(entry.types)


def plain_body(edition: Edition, entry: Entry) -> bool:
    """Tell whether an organization is known for nothing but help that anybody may need."""
    body = entry.organization.id
    return all(tells_nothing(entry) for entry in edition.entries("en").values() if entry.organization.id == body)


def printable() -> bool:
    """Tell whether cards can be saved as PDF here: the library for it is an extra."""
    return find_spec("weasyprint") is not None


def pdf(html: str) -> bytes:
    """Return a page of cards as PDF, which loads nothing and says of itself neither when nor for what it was made."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise NotFound("cards cannot be saved as PDF here: install rohnamo[pdf] and Pango") from error
    contents: bytes = weasyprint.HTML(string=html, base_url=None, url_fetcher=_refuse).write_pdf()
    return contents


def _refuse(url: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError(f"a card loads nothing, and so not {url}")


def known_papers(entry: Entry, language: str) -> tuple[str, ...]:
    """Return the papers to bring, in the words of our own list: what somebody wrote freely might tell."""
    terms = (match_term("documents", text) for text in entry.brought)
    return tuple(str(label("documents", term.code, language)) for term in terms if term)


def picture(call: ContactLink) -> Markup:
    """Return the QR code of a number or a messenger: a phone that reads it offers to call or to write."""
    code = segno.make(call.href, error="m", micro=False)
    return Markup(code.svg_inline(border=2, omitsize=True, light="#fff", dark="#000"))  # noqa: S704 - made of squares
