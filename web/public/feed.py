"""Editions as a feed (Atom): whoever shows the map or uses the data elsewhere learns of a new one.

Days alone are told, and counts of the newest: all of it is in the public view, and no old edition is needed.
"""

import datetime as dt
import uuid
from xml.etree import ElementTree

from mapping.language.i18n import Message, show
from mapping.view.view import View
from web.presenters.edition import Edition

ATOM = "http://www.w3.org/2005/Atom"
MOST = 20
"""So many editions are told, the newest first."""

PRODUCT = Message("Rohnamo")
EDITION = Message("Edition of {day}")
CHANGED = Message("New or changed since {day}: {count}.")
GONE = Message("Entries that are no longer listed, in the whole country: {count}.")


def editions(edition: Edition, language: str) -> bytes:
    """Return the feed in a language."""
    with View(edition.path) as view:
        days_of, gone = view.days("service")
    changed = [*days_of.values()]
    days = sorted({edition.day, *changed, *gone}, reverse=True)[:MOST]
    title = f"{PRODUCT.into(language)}, {show(edition.area.name, language)}"
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _head(feed, f"{edition.area.code} {language}", title, edition.day, "editions.atom", rel="self")
    ElementTree.SubElement(ElementTree.SubElement(feed, "author"), "name").text = (
        edition.area.settings.publisher or PRODUCT.into(language)
    )
    for day in days:
        entry = ElementTree.SubElement(feed, "entry")
        named = EDITION.filled_with({"day": day}).into(language)
        _head(entry, f"{edition.area.code} {language} {day}", named, day, "atlas.html", rel="alternate")
        if day == edition.day:
            counts = (
                CHANGED.filled_with({"day": day, "count": changed.count(day)}),
                GONE.filled_with({"count": gone.count(day)}),
            )
            told = " ".join(count.into(language) for count in counts)
            ElementTree.SubElement(entry, "content", {"type": "text"}).text = told
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _head(parent: ElementTree.Element, key: str, title: str, day: dt.date, href: str, *, rel: str) -> None:
    ElementTree.SubElement(parent, "id").text = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'rohnamo {key}')}"
    ElementTree.SubElement(parent, "title").text = title
    ElementTree.SubElement(parent, "updated").text = f"{day.isoformat()}T00:00:00Z"
    ElementTree.SubElement(parent, "link", {"rel": rel, "href": href})
