"""AIRS XML: the exchange format of 211 lines, agencies with their sites and what is offered there; 3.0 and 3.1 in.

What is marked confidential is for custodians only; what is inactive or removed is kept as inactive, so that a person
decides. External entities, document types and bombs of entities are refused.

References
----------
Alliance of Information and Referral Systems, AIRS XML schema 3.0 and 3.1.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from mapping.batch import Batch
from mapping.formats import ReadContext, readable, refusal
from mapping.formats._json import beginning
from mapping.formats.hsds._feed import Feed
from mapping.formats.hsds._finish import finish
from mapping.formats.hsds._names import SentRow
from mapping.formats.referral_lines._lists import State, fields_of, hidden, languages, schedules, state, terms
from mapping.language.i18n import Message

SUFFIX = ".xml"
LABEL = Message("A directory of a helpline, as AIRS exchanges them (XML)")
DEEPEST = 40
"""How deep elements may stand in each other; the schema needs 9."""

UNDISCLOSED = ("NoPhysicalAddress", "UndisclosedAddress", "ConfidentialAddress")
"""Elements that stand where an address must not be told."""


def recognises(path: Path) -> bool:
    """Tell whether an XML file is of this format: by its outermost elements."""
    start = beginning(path)
    return "<Source" in start and "<Agency" in start


def parse(path: Path) -> Iterator[tuple[str, str]]:
    """Yield every agency of a file as XML, each with the key of the one it belongs to.

    Raises
    ------
    FormatError
        It is no XML, was cut off, or tries to harm.
    """
    return ((tostring(agency, encoding="unicode"), parent) for agency, parent in _agencies(path))


def records(content: Iterable[tuple[str, str]], context: ReadContext) -> Batch:
    """Make records of agencies.

    Raises
    ------
    FormatError
        There is none.
    """
    path, feed = context.path, Feed(context, context.path.name)
    for number, (agency, parent) in enumerate(content, 1):
        feed.counted += 1
        for raw in _Agency(feed, ElementTree.fromstring(agency), parent, number).raws():
            feed.take(raw)
    if not feed.counted:
        raise refusal("{path}: holds no agency; is it an export of agencies and sites?", path=path)
    return finish(feed)


def _agencies(path: Path) -> Iterator[tuple[Element, str]]:
    """Yield every agency, those within others after them; the file is never held as a whole."""
    try:
        with readable(path):
            depth = 0
            for event, element in ElementTree.iterparse(path, events=("start", "end"), forbid_dtd=True):
                depth += 1 if event == "start" else -1
                if depth > DEEPEST:
                    raise refusal(
                        "{path}: elements stand in each other more than {most} deep; is it AIRS XML?",
                        path=path,
                        most=DEEPEST,
                    )
                if event == "start" or depth != 1 or _name(element) != "Agency":
                    continue
                for child in element.iter():
                    child.tag = _name(child)
                yield from _nested(element, "")
                element.clear()
    except DefusedXmlException as error:
        raise refusal(
            "{path}: holds entities or a document type, which no honest export does; do not trust it", path=path
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise refusal(
            "{path}: is no whole XML file ({error}); ask the sender to export it again", path=path, error=error
        ) from error


def _nested(agency: Element, parent: str) -> Iterator[tuple[Element, str]]:
    yield agency, parent
    for child in agency.findall("Agency"):
        yield from _nested(child, _text(agency, "Key") or _text(agency, "Name"))


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


class _Agency:
    def __init__(self, feed: Feed, element: Element, parent: str, row: int) -> None:
        self.feed, self.element, self.parent, self.row = feed, element, parent, row
        self.key = _text(element, "Key") or _text(element, "Name")
        self.place = SentRow("", {"Key": self.key, "Name": _text(element, "Name")}, "Agency", row)

    def raws(self) -> Iterator[SentRow]:
        """Yield what the agency gives."""
        agency, here = self.element, self._state(self.element, State())
        marked = self._marked(agency)
        yield self._raw(
            "organization",
            marked | _filled("organization", agency),
            id=self.key,
            alternate_name=self._aka(agency),
            parent_organization_id=self.parent,
            website=self._reach(agency, "URL"),
            email=self._reach(agency, "Email"),
            do_not_list=here.do_not_list or here.status != "active",
        )
        yield from self._phones(agency, marked, f"agency {self.key}", organization_id=self.key)
        for number, person in enumerate(agency.findall("ResourceInfo/Contact") + agency.findall("Contact")):
            cells = _filled("contact", person) | {"audience": "custodian"}
            yield self._raw("contact", cells, id=f"{self.key} {number}", organization_id=self.key)
        for site in agency.findall("Site"):
            yield from self._site(site, here, marked)

    def _site(self, site: Element, above: State, marked: dict[str, Any]) -> Iterator[SentRow]:
        own = _text(site, "Key") or f"{self.key} {_text(site, 'Name')}"
        here, marked = self._state(site, above), marked | self._marked(site)
        hide = {"audience": "custodian", "precision": "none"}
        address = site.find("PhysicalAddress")
        secret = any(site.find(name) is not None for name in UNDISCLOSED)
        secret = secret or (address is not None and self._flag(address, "Confidential"))
        if secret:
            fix = Message("it is for custodians only; how it is reached stays as the sender gave it")
            self.feed.say(self.place, "PhysicalAddress", Message("the address of a site is confidential"), fix, "note")
        cells = marked | _filled("location", site) | (hide if secret else {})
        cells |= {"location_type": "physical", "alternate_name": self._aka(site)}
        yield self._raw("location", cells, id=own, organization_id=self.key)
        for kind, name in (("physical", "PhysicalAddress"), ("postal", "MailingAddress")):
            yield from self._address(site.find(name), own, kind, marked)
        access = _filled("accessibility", site)
        if access["description"]:
            yield self._raw("accessibility", access, id=own, location_id=own)
        yield from self._phones(site, marked, f"site {own}", location_id=own)
        yield from schedules(self.feed, self.place, "TimeOpen", _text(site, "TimeOpen"), {"location_id": own})
        for service in site.findall("SiteService"):
            yield from self._service(service, own, here, marked)

    def _service(self, service: Element, site: str, above: State, marked: dict[str, Any]) -> Iterator[SentRow]:
        cells = _filled("service", service)
        own = _text(service, "Key") or f"{site} {cells['name'] or _text(service, 'Taxonomy/Code')}"
        here, marked = self._state(service, above), marked | self._marked(service)
        info = service.find("ResourceInfo")
        cells["name"] = cells["name"] or _text(self.element, "Name")
        yield self._raw(
            "service",
            marked | cells,
            id=own,
            organization_id=self.key,
            status=here.status,
            do_not_list=here.do_not_list,
            alternate_name=self._aka(service),
            url=self._reach(service, "URL"),
            email=self._reach(service, "Email"),
            assured_date=info.get("DateLastVerified", "") if info is not None else "",
        )
        yield self._raw("service_at_location", marked, id=f"{own} at {site}", service_id=own, location_id=site)
        yield from self._phones(service, marked, f"service {own}", service_id=own)
        yield from schedules(self.feed, self.place, "TimeOpen", _text(service, "TimeOpen"), {"service_id": own})
        spoken = " ; ".join(
            _text(language) for language in service.findall("Languages") + service.findall("LanguageConsiderations")
        )
        yield from languages(self.place, spoken, own)
        papers = _filled("required_document", service)
        if papers["document"]:
            yield self._raw("required_document", papers, id=own, service_id=own)
        for number, area in enumerate(service.findall("GeographicAreaServed")):
            yield self._raw("service_area", {}, id=f"{own} {number}", service_id=own, name=_text(area))
        codes = [_text(taxonomy, "Code") for taxonomy in service.findall("Taxonomy")]
        named = [_text(taxonomy, "Name") or _text(taxonomy, "Term") for taxonomy in service.findall("Taxonomy")]
        pairs = [(code, name) for code, name in zip(codes, named, strict=True) if code or name]
        yield from terms(self.place, pairs, own)

    def _address(self, address: Element | None, site: str, kind: str, marked: dict[str, Any]) -> Iterator[SentRow]:
        if address is None or not _text(address):
            return
        if self._flag(address, "Confidential"):
            marked = marked | {"audience": "custodian"}
        lines = filter(None, (_text(address, f"Line{number}") for number in range(2, 10)))
        cells = marked | _filled("address", address) | {"address_type": kind, "address_2": ", ".join(lines)}
        yield self._raw("address", cells, id=f"{site} {kind}", location_id=site)

    def _phones(self, element: Element, marked: dict[str, Any], of: str, **owner: str) -> Iterator[SentRow]:
        for number, phone in enumerate(element.findall("Phone")):
            cells, kind = _filled("phone", phone), _text(phone, "Type")
            if cells["number"]:
                cells["type"] = "fax" if "fax" in kind.casefold() else "voice"
                cells["description"] = cells["description"] or _label(kind)
                hide = {"audience": "custodian"} if self._flag(phone, "Confidential") else {}
                yield self._raw("phone", marked | hide | cells, id=f"{of} {number}", **owner)

    def _marked(self, element: Element) -> dict[str, Any]:
        """Return how a record is marked: hidden where any of its flags says so."""
        secret = any(
            self._flag(element, name) for name in ("Confidential", "ExcludeFromWebsite", "ExcludeFromDirectory")
        )
        info = element.find("ResourceInfo")
        if info is not None and "AvailableForDirectory" in info.attrib:
            flag = info.get("AvailableForDirectory")
            secret = secret or hidden(self.feed, self.place, "AvailableForDirectory", flag, when=False)
        return {"audience": "custodian"} if secret else {}

    def _state(self, element: Element, above: State) -> State:
        """Return the state of a record: its own, and never better than that of what it belongs to."""
        info = element.find("ResourceInfo")
        strictest_state = above
        for holder in (element, *((info,) if info is not None else ())):
            for name in ("Status", "RecordStatus", "Action"):
                text = holder.get(name) or _text(holder, name)
                if text:
                    own = state(self.feed, self.place, name, text)
                    strictest_state = State(
                        own.status if own.status != "active" else strictest_state.status,
                        strictest_state.do_not_list or own.do_not_list,
                    )
            if holder.get("AvailableForReferral"):
                refer = hidden(
                    self.feed, self.place, "AvailableForReferral", holder.get("AvailableForReferral"), when=False
                )
                strictest_state = strictest_state._replace(do_not_list=strictest_state.do_not_list or refer)
        return strictest_state

    def _flag(self, element: Element, name: str) -> bool:
        return hidden(self.feed, self.place, name, element.get(name) or _text(element, name))

    def _aka(self, element: Element) -> str:
        shown = [aka for aka in element.findall("AKA") if not self._flag(aka, "Confidential")]
        return "; ".join(filter(None, (_text(aka, "Name") for aka in shown)))

    def _reach(self, element: Element, name: str) -> str:
        """Return the first page or mail address that is not confidential."""
        shown = (address for address in element.findall(name) if not self._flag(address, "Confidential"))
        return next((text for address in shown if (text := _text(address, "Address"))), "")

    def _raw(self, table: str, marked: dict[str, Any], **cells: Any) -> SentRow:
        return SentRow(table, marked | cells, table, self.row)


def _filled(table: str, element: Element) -> dict[str, Any]:
    """Return the fields of a table that an element holds as they are; ``@`` stands before the name of an attribute."""
    return {
        field: next(
            filter(None, (element.get(path[1:]) if path[0] == "@" else _text(element, path) for path in paths)), ""
        )
        for field, paths in fields_of("airs")[table].items()
    }


def _text(element: Element, path: str = "") -> str:
    target = element.find(path) if path else element
    return " ".join(" ".join(target.itertext()).split()) if target is not None else ""


def _label(kind: str) -> str:
    return "" if kind.casefold().startswith(("phone", "fax", "voice")) else kind
