"""iCarol: the CSV export of a resource database, one row an agency, site, program or program at a site.

What is marked private is for custodians only; what is inactive or deleted is kept as inactive until a person decides.

References
----------
The columns are those that published converters of the export name (Open Referral, CIOC, pathways-backend).
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from mapping.batch import Batch
from mapping.column_map import fold_header
from mapping.formats import ReadContext, refusal
from mapping.formats._json import beginning
from mapping.formats.hsds._feed import Feed
from mapping.formats.hsds._finish import finish
from mapping.formats.hsds._names import SentRow
from mapping.formats.referral_lines._lists import fields_of, hidden, languages, schedules, state, terms
from mapping.formats.tables import csv as csv_format
from mapping.language import parsers
from mapping.language.i18n import Message
from mapping.model import RECORDS
from mapping.resources import table_beside

SUFFIX = ".csv"
LABEL = Message("A directory of a helpline, as iCarol exports it (CSV)")
SIGNS = ("ResourceAgencyNum", "PublicName")

PHONES = {
    **{f"Phone{number}Number": f"Phone{number}" for number in range(1, 6)},
    **{
        name: name
        for name in (
            *("PhoneFax", "PhoneTTY", "PhoneTollFree"),
            *(f"PhoneNumber{of}" for of in ("Hotline", "BusinessLine", "OutOfArea", "AfterHours")),
        )
    },
}
"""Column of a number -> how the columns that say more of it begin."""

PERSON = {"name": "Name", "title": "Title", "email": "EmailAddress"}
KINDS = {"PhoneFax": "fax", "PhoneTTY": "textphone"}


@cache
def _known() -> frozenset[str]:
    """Return the columns that nothing is to be said of, folded.

    They are read, or say more of one that is, or hold nothing for a directory, or notes that must not be read.
    """
    return frozenset(fold_header(row["column"]) for row in table_beside(__file__, "icarol_columns"))


def recognises(path: Path) -> bool:
    """Tell whether a CSV file is such an export: by two of its columns."""
    first = beginning(path).split("\n", 1)[0]
    return all(sign in first for sign in SIGNS)


def parse(path: Path) -> Iterator[list[str]]:
    """Yield the rows of an export, the names of its columns first.

    Raises
    ------
    FormatError
        It is no CSV.
    """
    for sheet in csv_format.read(path):
        yield from (list(map(str, cells)) for cells in sheet.rows)


def records(content: Iterable[list[str]], context: ReadContext) -> Batch:
    """Make records of the rows of an export.

    Raises
    ------
    FormatError
        It holds no agency or program.
    """
    path, feed, (first, *others) = context.path, Feed(context, context.path.name), content
    header = [fold_header(cell) for cell in first]
    rows = [
        _Row(feed, dict(zip(header, cells, strict=False)), number)
        for number, cells in enumerate(others, 2)
        if any(cell.strip() for cell in cells)
    ]
    if not rows:
        raise refusal("{path}: holds the names of columns and no row; ask the sender for it again", path=path)
    _say_unknown(feed, header)
    days_first = parsers.day_first((row("LastVerifiedOn") for row in rows), context.area.code)
    for row in rows:
        row.days_first = days_first
    tied = {row("ConnectsToProgramNum") for row in rows if row.level == "programatsite"}
    for row in rows:
        feed.counted += 1
        for raw in row.raws(tied):
            feed.take(raw)
    return finish(feed)


def _say_unknown(feed: Feed, header: list[str]) -> None:
    for column in header:
        if column and column not in _known():
            problem = (
                Message("is a column of the sender's own")
                if column.startswith("custom_")
                else Message("is a column that is not known")
            )
            feed.say(SentRow("", {}, "", None), column, problem, Message("it was not read; ask what it holds"))


class _Row:
    def __init__(self, feed: Feed, cells: dict[str, str], number: int) -> None:
        self.feed, self.cells, self.number = feed, cells, number
        self.place = SentRow("", cells, "", number)
        self.own = self("ResourceAgencyNum")
        parent = self("ParentAgencyNum")
        self.body = parent if parent not in ("", "0") else self.own
        level = re.sub(r"[^a-z]", "", self("TaxonomyLevelName").casefold())
        self.level = level or ("agency" if self.body == self.own else "program")

    def __call__(self, *names: str) -> str:
        """Return the first of some cells that holds anything."""
        return next((text for name in names if (text := self.cells.get(name.casefold(), "").strip())), "")

    days_first: bool | None = None

    def day(self, name: str) -> str:
        """Return a day as HSDS writes it, or the cell where it is none."""
        text = self(name)
        with suppress(parsers.Unreadable):
            return parsers.date(text, self.feed.context.today, day_first=self.days_first).isoformat()
        return text

    def flag(self, name: str, *, when: bool = True) -> bool:
        """Tell whether a flag hides."""
        return hidden(self.feed, self.place, name, self(name), when=when)

    def raws(self, tied: set[str]) -> Iterator[SentRow]:
        """Yield what the row gives; ``tied`` are programs that rows of their own tie to sites."""
        if not self.own:
            self.feed.refuse(
                self.place, "ResourceAgencyNum", Message("the row has no number"), Message("ask the sender for it")
            )
            return
        text = (
            "deleted" if self.taking_out() else self("AgencyStatus") or ("inactive" if self("MadeInactiveOn") else "")
        )
        self.state = state(self.feed, self.place, "AgencyStatus", text)
        secret = self.flag("ExcludeFromWebsite") or self.flag("ExcludeFromDirectory")
        secret = secret or self.flag("AvailableForDirectory", when=False)
        self.marked: dict[str, Any] = {"audience": "custodian"} if secret else {}
        if self.flag("AvailableForReferral", when=False):
            self.state = self.state._replace(do_not_list=True)
        if self.level == "site":
            yield from self._site(f"{self.own}")
        elif self.level == "programatsite":
            yield from self._tie()
        elif self.level == "agency":
            yield from self._agency()
        else:
            yield from self._program(self.own not in tied)

    def taking_out(self) -> bool:
        """Whether the sender marked the record as deleted."""
        return self("Custom_Deleted Record").casefold() in ("yes", "true", "1", "deleted")

    def raw(self, table: str, **cells: Any) -> SentRow:
        """Return a row of a table of HSDS."""
        marked = self.marked if "audience" in RECORDS[table].model_fields else {}
        return SentRow(table, marked | cells, "", self.number)

    def filled(self, table: str) -> dict[str, str]:
        """Return the fields of a table that stand in the row as they are."""
        return {field: self(*columns) for field, columns in fields_of("icarol")[table].items()}

    def _agency(self) -> Iterator[SentRow]:
        silent = self.state.do_not_list or self.state.status != "active"
        yield self.raw("organization", id=self.own, do_not_list=silent, **self.filled("organization"))
        if self("SourceOfFunds"):
            yield self.raw("funding", id=self.own, organization_id=self.own, source=self("SourceOfFunds"))
        yield from self._people(organization_id=self.own)
        yield from self._phones(organization_id=self.own)
        if self("TaxonomyTerms", "TaxonomyTerm", "TaxonomyCodes"):
            yield from self._program(True, phones=False)  # an agency that lists what it does itself

    def _program(self, alone: bool, *, phones: bool = True) -> Iterator[SentRow]:
        owner = {"service_id": self.own}
        yield self.raw(
            "service",
            id=self.own,
            organization_id=self.body,
            status=self.state.status,
            assured_date=self.day("LastVerifiedOn"),
            do_not_list=self.state.do_not_list,
            **self.filled("service"),
        )
        yield from self._hours(**owner)
        yield from languages(self.place, self("LanguagesOfferedList", "LanguagesOffered"), self.own)
        if papers := self("DocumentsRequired"):
            yield self.raw("required_document", id=self.own, document=papers, **owner)
        if name := self("CoverageAreaText", "CoverageArea"):
            yield self.raw("service_area", id=self.own, name=name, **owner)
        yield from terms(self.place, self._terms(), self.own)
        if phones:
            yield from self._phones(**owner)
            yield from self._people(**owner)
        if alone and self("PhysicalAddress1", "PhysicalCity", "Latitude"):
            place = f"place of {self.own}"
            yield from self._site(place, phones=False)
            yield self.raw("service_at_location", id=f"{self.own} at {place}", location_id=place, **owner)

    def _terms(self) -> list[tuple[str, str]]:
        codes = [code.strip() for code in re.split(r"[;*|]", self("TaxonomyCodes"))]
        names = [name.strip() for name in re.split(r"[;*|]", self("TaxonomyTerms", "TaxonomyTerm"))]
        if len(codes) != len(names):
            codes, names = [*codes, *("" for _ in names)], [*("" for _ in codes), *names]
        return [(code, name) for code, name in zip(codes, names, strict=True) if code or name]

    def _hours(self, **owner: str) -> Iterator[SentRow]:
        text = self("HoursOfOperation", "Hours")
        yield from schedules(self.feed, self.place, "HoursOfOperation", text, owner)

    def _tie(self) -> Iterator[SentRow]:
        service, site = self("ConnectsToProgramNum"), self("ConnectsToSiteNum")
        yield self.raw("service_at_location", id=self.own, service_id=service, location_id=site)
        yield from self._hours(service_at_location_id=self.own)
        yield from self._phones(service_at_location_id=self.own)

    def _site(self, own: str, *, phones: bool = True) -> Iterator[SentRow]:
        private = self.flag("PhysicalAddressIsPrivate")
        marked: dict[str, Any] = {"audience": "custodian", "precision": "none"} if private else {}
        way = ", ".join(filter(None, (self("BusServiceAccess"), self("PublicAccessTransportation"))))
        cells = self.filled("location") | {"organization_id": self.body, "location_type": "physical"} | marked
        yield self.raw("location", id=own, transportation=way, **cells)
        for kind, prefix in (("physical", "Physical"), ("postal", "Mailing")):
            if self(f"{prefix}Address1", f"{prefix}City"):
                hide = {"audience": "custodian"} if self.flag(f"{prefix}AddressIsPrivate") else {}
                cells = self.filled(f"{kind} address") | {"location_id": own, "address_type": kind} | hide
                yield self.raw("address", id=f"{own} {kind}", **cells)
        access = self.filled("accessibility")
        if access["description"]:
            yield self.raw("accessibility", id=own, location_id=own, **access)
        if phones:
            yield from self._phones(location_id=own)
            yield from self._hours(location_id=own)

    def _phones(self, **owner: str) -> Iterator[SentRow]:
        for column, prefix in PHONES.items():
            if self(column):
                marked = {"audience": "custodian"} if self.flag(f"{prefix}IsPrivate") else {}
                about = self(f"{prefix}Description", f"{prefix}Name")
                yield self.raw(
                    "phone",
                    id=f"{self.own} {column}",
                    number=self(column),
                    description=about,
                    type=KINDS.get(column, "voice"),
                    **owner,
                    **marked,
                )

    def _people(self, **owner: str) -> Iterator[SentRow]:
        """Yield the people of a body or a program, whom custodians alone see."""
        for who in ("MainContact", "SeniorWorker"):
            own = f"{self.own} {who}"
            cells = {name: self(f"{who}{column}") for name, column in PERSON.items()}
            if any(cells.values()):
                yield self.raw("contact", **owner | cells | {"id": own, "audience": "custodian"})
                if number := self(f"{who}PhoneNumber"):
                    yield self.raw("phone", id=own, contact_id=own, number=number, audience="custodian")
