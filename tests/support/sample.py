"""Invented records for tests, set in Orzustan (tests/tiny): builders, and a small directory with secrets in it.

Every builder returns the records it takes to say one thing, the main one first; they refer to each other by name:

    directory.add(batch(organization("Umed"), service("Legal advice", of="Umed"), place("Office", of=["Legal advice"])))

`sample_batch` is a directory in small: what may be shown, one confidential shelter, and every kind of secret.
`SECRETS` are the texts and numbers that must appear in no published byte; `tests.support.canary` looks for them.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pyproj import Transformer

from mapping.area.study_area import StudyArea
from mapping.batch import Batch
from mapping.directory.directory import Directory
from mapping.language.taxonomy import Vocabulary, vocabulary
from mapping.model import (
    RECORDS,
    Accessibility,
    Activity,
    Address,
    Approval,
    Attribute,
    Audience,
    CaseCount,
    Contact,
    Funding,
    Language,
    Location,
    Organization,
    OrganizationIdentifier,
    Phone,
    Provenance,
    Record,
    ReferralAgreement,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    Source,
    StandardAssessment,
    Statement,
    Translation,
    Unit,
    Verification,
    record_id,
)
from mapping.safety.redaction import VIEWS, Rules, Shown, Tables, allowed_rows
from mapping.view.view import View
from tests.support.second_person import SecondPerson

TODAY = dt.date(2026, 11, 24)
"""A Tuesday; the day on which the sample is published."""

CRS = "+proj=eqc +lat_ts=10 +lat_0=10 +lon_0=60 +datum=WGS84 +units=m"
_TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)

Texts = Mapping[str, str]


def key(table: str, *name: object) -> str:
    """The id of a record of the sample."""
    return record_id("sample", table, *name)


def term(taxonomy: str, code: str) -> str:
    """The id of a term of a seeded taxonomy."""
    return record_id("rohnamo", "taxonomy_term", taxonomy, code)


def km(east: float, north: float) -> tuple[float, float]:
    """Latitude and longitude of a point of Orzustan, given in kilometres from its south-western corner."""
    lon, lat = _TO_DEGREES.transform(east * 1000, north * 1000)
    return round(lat, 6), round(lon, 6)


CHASHMA, KULNISHIN, QULLAOBOD, HAMVOR = km(6.5, 4.5), km(2.5, 12.5), km(14.5, 12.5), km(20.5, 4.5)
ABROAD = km(26.5, 4.5)
HIDDEN = (10.036917, 60.016383)
"""Where the shelter is: some 2.9 km from Chashma."""


def allowed(tables: Tables, rules: Rules, rows_of: Any = allowed_rows) -> dict[Audience, Shown]:
    """Return the rows that the markings let each audience see, table by table."""
    shown: dict[Audience, Shown] = {audience: defaultdict(list) for audience in VIEWS}
    for table, seen in rows_of(tables, rules):
        for rows in seen.values():
            for audience, row in zip(VIEWS, rows, strict=True):
                if row is not None:
                    shown[audience][table].append(row)
    return shown


def organization(
    name: str,
    *,
    audience: Audience = "public",
    kind: str = "NGO",
    phones: Sequence[str] = (),
    names: Texts | None = None,
    **fields: Any,
) -> list[Record]:
    """An organization, with its phones and its name in other languages."""
    own = Organization(id=key("organization", name), name=name, kind=kind, audience=audience, **fields)
    return [
        own,
        *(phone(number, organization=name, audience=audience) for number in phones),
        *translations(own, name=names or {}),
    ]


def service(
    name: str,
    *,
    of: str,
    types: Sequence[str] = ("LEG-INF",),
    serves: Sequence[str] = (),
    excludes: Sequence[str] = (),
    speaks: Sequence[str] = (),
    phones: Sequence[str] = (),
    hours: Sequence[tuple[str, str, str]] = (),
    covers: Sequence[str] = (),
    verified: dt.date | None = dt.date(2026, 9, 1),
    next_due: dt.date | None = None,
    audience: Audience = "public",
    names: Texts | None = None,
    **fields: Any,
) -> list[Record]:
    """A service of an organization; ``hours`` are (days, opens, closes), as ("MO,TU", "08:00", "17:00")."""
    own = Service(
        id=key("service", name), organization_id=key("organization", of), name=name, audience=audience, **fields
    )
    records: list[Record] = [own]
    links = (("service_type", types), ("serves", serves), ("excludes", excludes))
    records += [attribute(name, link, code) for link, codes in links for code in codes]
    records += [
        Language(id=key("language", name, code), service_id=own.id, code=code, name=code.upper()) for code in speaks
    ]
    records += [phone(number, service=name, audience=audience) for number in phones]
    records += [
        Schedule(
            id=key("schedule", name, days, opens),
            service_id=own.id,
            freq="WEEKLY",
            byday=days,
            opens_at=opens,
            closes_at=closes,
            audience=audience,
        )
        for days, opens, closes in hours
    ]
    records += [ServiceArea(id=key("service_area", name, unit), service_id=own.id, area_unit=unit) for unit in covers]
    if verified is not None:
        records.append(
            Verification(
                id=key("verification", name),
                link_id=own.id,
                link_entity="service",
                level="phone",
                method="call",
                verified_by="Invented Verifier",
                verified_on=verified,
                next_due=next_due,
            )
        )
    return [*records, *translations(own, name=names or {})]


def attribute(service_name: str, link_type: str, code: str) -> Attribute:
    """A term said of a service; a code that is not of the taxonomy becomes words."""
    taxonomy = "service_types" if link_type == "service_type" else "beneficiaries"
    known = code in Vocabulary.load(taxonomy)
    return Attribute(
        id=key("attribute", service_name, link_type, code),
        link_id=key("service", service_name),
        link_entity="service",
        link_type=link_type,
        taxonomy_term_id=term(taxonomy, code) if known else None,
        value=None if known else code,
    )


def place(
    name: str,
    *,
    of: Sequence[str],
    at: tuple[float, float] | None = None,
    unit: str | None = None,
    precision: str = "exact",
    audience: Audience = "public",
    role: str = "delivery",
    address: str = "",
    city: str = "",
    country: str | None = None,
    access: str = "",
    **fields: Any,
) -> list[Record]:
    """A location of services; ``at`` is latitude and longitude."""
    own = Location(
        id=key("location", name),
        name=name,
        latitude=at[0] if at else None,
        longitude=at[1] if at else None,
        area_unit=unit,
        country=country,
        precision=precision,
        position_basis="given" if at else "none",
        audience=audience,
        **fields,
    )
    records: list[Record] = [own]
    records += [
        ServiceAtLocation(
            id=key("service_at_location", one, name),
            service_id=key("service", one),
            location_id=own.id,
            role=role,
            audience=audience,
        )
        for one in of
    ]
    if address or city:
        records.append(
            Address(
                id=key("address", name),
                location_id=own.id,
                address_1=address,
                city=city,
                country=country or "XT",
                audience=audience,
            )
        )
    if access:
        records.append(Accessibility(id=key("accessibility", name), location_id=own.id, description=access))
    return records


def phone(
    number: str,
    *,
    organization: str | None = None,
    service: str | None = None,
    location: str | None = None,
    audience: Audience = "public",
    **fields: Any,
) -> Phone:
    """A number of one organization, service or location."""
    return Phone(
        id=key("phone", number, organization, service, location),
        number=number,
        organization_id=organization and key("organization", organization),
        service_id=service and key("service", service),
        location_id=location and key("location", location),
        audience=audience,
        **fields,
    )


def contact(name: str, *, organization: str, audience: Audience = "custodian", **fields: Any) -> Contact:
    """A person to ask for."""
    return Contact(
        id=key("contact", name),
        organization_id=key("organization", organization),
        name=name,
        audience=audience,
        **fields,
    )


def translations(record: Record, **texts: Texts) -> list[Record]:
    """Fields of a record in other languages: translations(own, name={"ru": "Умед"})."""
    return [
        Translation(
            id=key("translation", record.id, field, language),
            link_id=record.id,
            link_entity=record.table,
            field=field,
            language=language,
            text=text,
        )
        for field, spoken in texts.items()
        for language, text in spoken.items()
    ]


def statement(
    text: str, *, route: str = "1313", consent_until: dt.date = dt.date(2027, 6, 1), **fields: Any
) -> Statement:
    """A public sentence about something hidden, approved by two people."""
    settings: dict[str, Any] = {
        "consent_by": "Invented Operator",
        "approved_by": "Steward One",
        "approved_by_too": "Steward Two",
        "audience": "public",
    }
    return Statement(
        id=key("statement", text), text=text, route=route, consent_until=consent_until, **settings | fields
    )


def agreement(one: str, other: str, *, audience: Audience = "public", **fields: Any) -> ReferralAgreement:
    """An agreement that one organization sends people to another."""
    return ReferralAgreement(
        id=key("referral_agreement", one, other),
        from_organization_id=key("organization", one),
        to_organization_id=key("organization", other),
        status="active",
        audience=audience,
        **fields,
    )


def activity(name: str, *, of: str, unit: str, audience: Audience = "public", **fields: Any) -> Activity:
    """Presence of an organization in a unit."""
    settings: dict[str, Any] = {
        "start": dt.date(2026, 1, 1),
        "end": dt.date(2026, 12, 31),
        "status": "ongoing",
        "service_type": "PRV-AWA",
    }
    return Activity(
        id=key("activity", name),
        organization_id=key("organization", of),
        name=name,
        area_unit=unit,
        audience=audience,
        **settings | fields,
    )


def case_count(count: int | None, *, audience: Audience = "public", **fields: Any) -> CaseCount:
    """A figure of the year 2025: victims, as the Ministry of Orzustan counts them, unless told otherwise."""
    settings: dict[str, Any] = {
        "year": 2025,
        "measure": "victims",
        "unit_of_count": "persons",
        "source": "Ministry of Orzustan",
    } | fields
    return CaseCount(id=key("case_count", *sorted(settings.items())), count=count, audience=audience, **settings)


def approval(kind: str, subject: str, value: str = "", **fields: Any) -> Approval:
    """What two stewards agreed to, with the operator's consent."""
    settings: dict[str, Any] = {
        "approved_by": "Steward One",
        "approved_by_too": "Steward Two",
        "approved_on": dt.date(2026, 10, 1),
        "consent_by": "Invented Operator",
        "consent_until": dt.date(2027, 6, 1),
    }
    return Approval(
        id=key("approval", kind, subject, value), kind=kind, subject=subject, value=value, **settings | fields
    )


Part = Record | Iterable[Record]


def records_of(*parts: Part) -> list[Record]:
    """Flatten what builders return."""
    return [record for part in parts for record in ([part] if isinstance(part, Record) else part)]


def batch(*parts: Part, source: str = "sample", file: str = "sample.csv") -> Batch:
    """A batch of the records, and the provenance of each organization and service."""
    records = records_of(*parts)
    sender = Source(id=record_id(source, "source"), name=source)
    given: list[Record] = [
        Provenance(
            id=key("provenance", source, record.id),
            link_id=record.id,
            link_entity=record.table,
            source_id=sender.id,
            source_key=record.name,
            file=file,
            row=number,
        )
        for number, record in enumerate(records, 2)
        if record.table in ("organization", "service")
    ]
    return Batch(source=sender, file=file, records=[*records, *given], rows=len(records))


WEEKDAYS, ALL_DAYS = "MO,TU,WE,TH,FR", "MO,TU,WE,TH,FR,SA,SU"


def public_parts() -> list[Record]:
    """What everybody may see: exact places, an area-only and two contact-only services, one abroad, one stale."""
    return records_of(
        organization(
            "Umed",
            phones=["+992000100001"],
            names={"tg": "Умед", "ru": "Умед"},
            email="umed@umed.example",
            website="https://umed.example",
            description="Helps people who were deceived at work.",
        ),
        organization("Legal Centre", phones=["+992000100002"], names={"tg": "Маркази ҳуқуқӣ", "ru": "Правовой центр"}),
        organization("Qulla Hospital", kind="state", phones=["+992000100003"], names={"ru": "Больница Кулла"}),
        organization("Consulate in Hamsoya", kind="state", names={"ru": "Консульство в Хамсое"}),
        service(
            "Legal advice",
            of="Legal Centre",
            types=["LEG-INF"],
            serves=["AGE-ADU"],
            speaks=["tg", "ru"],
            phones=["+992000100010"],
            hours=[(WEEKDAYS, "08:00", "17:00")],
            names={"tg": "Машварати ҳуқуқӣ", "ru": "Юридическая консультация"},
            fees_description="Free",
        ),
        place(
            "Legal Centre, Chashma",
            of=["Legal advice"],
            at=CHASHMA,
            unit="XT-W2",
            address="1 Market Street",
            city="Chashma",
            access="Ramp at the door",
            transportation="Bus 3",
        ),
        service(
            "Counselling",
            of="Umed",
            types=["PSY-COU"],
            serves=["SEX-F"],
            excludes=["SEX-M"],
            speaks=["tg"],
            verified=dt.date(2024, 3, 1),
            names={"tg": "Машварати равоншинос", "ru": "Помощь психолога"},
        ),
        place("Umed, Kulnishin", of=["Counselling"], at=KULNISHIN, unit="XT-W1", city="Kulnishin"),
        service(
            "Emergency ward",
            of="Qulla Hospital",
            types=["HLT-EME"],
            hours=[(ALL_DAYS, "00:00", "23:59")],
            phones=["0003"],
            names={"ru": "Приёмное отделение"},
        ),
        place("Qulla Hospital", of=["Emergency ward"], at=QULLAOBOD, unit="XT-E1", city="Qullaobod"),
        service(
            "Hotline",
            of="Umed",
            types=["IDN-HOT"],
            hours=[(ALL_DAYS, "00:00", "23:59")],
            phones=["1313"],
            speaks=["tg", "ru", "en"],
            covers=["XT"],
            names={"tg": "Хати боварӣ", "ru": "Горячая линия"},
        ),
        service("Mobile team", of="Umed", types=["IDN-OUT"], covers=["XT-W1"], phones=["+992000100011"]),
        place("Mobile team's base", of=["Mobile team"], at=km(3.5, 10.5), unit="XT-W1", precision="none"),
        service("Papers", of="Legal Centre", types=["LEG-DOC"], phones=["+992000100012"]),
        place(
            "Papers, by area",
            of=["Papers"],
            at=km(21.25, 13.75),
            unit="XT-E1",
            precision="area",
            address="8 Unsaid Lane",
            city="Qulla",
        ),
        service("Help abroad", of="Consulate in Hamsoya", types=["RET-CON"], phones=["+70000000101"]),
        place("Consulate, Bandar", of=["Help abroad"], at=ABROAD, country="XN", city="Bandar"),
        service("School places", of="Umed", types=["CHP-EDU"], serves=["AGE-CHI"], minimum_age=6, maximum_age=17),
        place("Umed school, Hamvor", of=["School places"], at=HAMVOR, unit="XT-E2", city="Hamvor"),
        statement("A safe place to stay can be arranged", service_type="ACC-VOT", area_unit="XT-W"),
        agreement("Umed", "Legal Centre", service_types="LEG-INF"),
        activity("Talks in schools", of="Umed", unit="XT-E2"),
        activity("Leaflets at the station", of="Legal Centre", unit="XT-W2", end=dt.date(2027, 3, 1)),
        case_count(64),
        case_count(23, sex="female"),
        case_count(41, sex="male"),
        case_count(64, year=2024),
        case_count(4, year=2024, area_unit="XT-E"),
        case_count(60, year=2024, area_unit="XT-W"),
        case_count(71, source="Network of NGOs"),
    )


SECRETS: dict[str, str | float] = {
    "name of a hidden organization": "Ситораи Ниҳонӣ",
    "name of a hidden organization in Latin": "Sitorai Nihoni",
    "name of a hidden service": "Паноҳгоҳи Зарнисор",
    "name of a hidden place": "Хонаи Гулафшон",
    "address of a hidden place": "кӯчаи Зардолузор, 17",
    "phone of a hidden service": "+992007771234",
    "phone of a hidden place": "+992007775678",
    "mail of a hidden service": "navbat@gulafshon.example",
    "web page of a hidden organization": "https://nihoni.example",
    "name of a person": "Мафтуна Қаландарова",
    "phone of a person": "+992005550199",
    "word of a hidden organization": "Ниҳонӣ",
    "word of a hidden service": "Зарнисор",
    "word of a hidden place": "Гулафшон",
    "street of a hidden place": "Зардолузор",
    "first name of a person": "Мафтуна",
    "family name of a person": "Қаландарова",
    "directions": "аз пули чӯбин ба чап, дарвозаи кабуд",
    "register number": "РЕГ-7741-Н",
    "what stands in a contract": "НАВБАТ-2026-55",
    "who verified": "Ҷамила Тафтишгар",
    "latitude": HIDDEN[0],
    "longitude": HIDDEN[1],
    "latitude of a contact-only place": km(3.5, 10.5)[0],
    "longitude of a contact-only place": km(3.5, 10.5)[1],
    "latitude of an area-only place": km(21.25, 13.75)[0],
    "longitude of an area-only place": km(21.25, 13.75)[1],
    "address of an area-only place": "8 Unsaid Lane",
    "who pays for something hidden": "Бунёди Ғамхорӣ",
    "answer about something hidden": "Қулфи дар вайрон аст",
    "how a hidden place is entered": "Зина бо панҷ пиллапоя",
    "who approved": "Steward Two",
    "who consented": "Invented Operator",
    "who called": "Invented Verifier",
}
"""What must not be in any byte of what is public."""


def secret_parts() -> list[Record]:
    """A confidential shelter with every kind of secret, and secrets of what is otherwise public."""
    hidden, shelter = str(SECRETS["name of a hidden organization"]), str(SECRETS["name of a hidden service"])
    home = str(SECRETS["name of a hidden place"])
    latin = str(SECRETS["name of a hidden organization in Latin"])
    return records_of(
        organization(
            hidden,
            audience="custodian",
            phones=[str(SECRETS["phone of a hidden service"])],
            names={"en": latin},
            website=SECRETS["web page of a hidden organization"],
            tax_id="РЕГ-7741-Н",
        ),
        OrganizationIdentifier(
            id=key("organization_identifier", hidden),
            organization_id=key("organization", hidden),
            identifier_type="register",
            identifier=str(SECRETS["register number"]),
        ),
        service(
            shelter,
            of=hidden,
            types=["ACC-VOT"],
            serves=["SEX-F"],
            email=SECRETS["mail of a hidden service"],
            hours=[(ALL_DAYS, "00:00", "23:59")],
            speaks=["tg"],
        ),
        place(
            home,
            of=[shelter],
            at=HIDDEN,
            unit="XT-W2",
            address=str(SECRETS["address of a hidden place"]),
            city="Chashma",
            transportation=str(SECRETS["directions"]),
            access="Зина бо панҷ пиллапоя",
        ),
        phone(str(SECRETS["phone of a hidden place"]), location=home),
        contact(str(SECRETS["name of a person"]), organization=hidden, title="Directress"),
        contact(str(SECRETS["name of a person"]) + " ", organization="Umed", title="Lawyer"),
        phone(str(SECRETS["phone of a person"]), organization="Umed", audience="custodian"),
        Unit(id=key("unit", "beds"), name="beds"),
        ServiceCapacity(
            id=key("service_capacity", shelter),
            service_id=key("service", shelter),
            unit_id=key("unit", "beds"),
            available=3,
            maximum=14,
            updated=TODAY,
            audience="public",
        ),
        Funding(
            id=key("funding", shelter), service_id=key("service", shelter), source="Бунёди Ғамхорӣ", audience="public"
        ),
        StandardAssessment(
            id=key("standard_assessment", shelter),
            service_id=key("service", shelter),
            standard="STD-001",
            answer="not met",
            comment="Қулфи дар вайрон аст",
            audience="public",
        ),
        agreement("Umed", hidden, number=str(SECRETS["what stands in a contract"])),
        activity("Шабпосии Зарнисор", of=hidden, unit="XT-W2"),
        case_count(
            17,
            audience="custodian",
            place="Хонаи Гулафшон",
            source="Зарнисор",
            note="Панҷ нафар аз Гулафшон",
        ),
        service("Night at the centre", of="Umed", types=["ACC-EME"], phones=["+992007779999"]),
        place("Umed night house", of=["Night at the centre"], at=km(1.25, 2.75), unit="XT-W2", address="Чинорзор 5"),
        service("Referral desk", of="Umed", types=["CMG-REF"], audience="partner", phones=["+992000100099"]),
        place("Umed desk, Chashma", of=["Referral desk"], at=km(7.5, 5.5), unit="XT-W2", audience="partner"),
        Verification(
            id=key("verification", "secret"),
            link_id=key("service", shelter),
            link_entity="service",
            level="visit",
            verified_by=str(SECRETS["who verified"]),
            verified_on=dt.date(2026, 10, 10),
        ),
    )


def sample_batch() -> Batch:
    """Everything: what is public and what is secret."""
    return batch(public_parts(), secret_parts())


def tables_of(*parts: Part, words: Iterable[Record] | None = None) -> dict[str, list[Record]]:
    """The tables that a directory of these parts would have, with all words of its taxonomies, or with these."""
    tables: dict[str, list[Record]] = {table: [] for table in RECORDS}
    for record in (*(vocabulary() if words is None else words), *records_of(*parts)):
        tables[record.table].append(record)
    return tables


@lru_cache(8)
def _begun(area: StudyArea | None, is_whole: bool, is_agreed: bool) -> bytes:
    """A directory of the whole sample, where somebody agreed to it or not, or of nothing on the sample's day.

    Thousands of tests begin with one: the first act of a day looks at all words, and a file is copied in no time.
    """
    with TemporaryDirectory() as folder:
        with _opened(Path(folder), area) as directory:
            if is_whole:
                directory.add(sample_batch(), by="tests", on=TODAY)
            else:
                directory.catch_up(on=TODAY)
        return directory.path.read_bytes()


def _opened(folder: Path, area: StudyArea | None) -> Directory:
    (folder / "directory.key").write_text("5a" * 32)
    (folder / "directory.key").chmod(0o600)
    return Directory(folder / "directory.db", area)


def sample_directory(folder: Path, area: StudyArea | None = None, *parts: Part) -> Directory:
    """A directory of these parts, or of the whole sample, in a folder; its key is fixed."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "directory.db"
    is_fresh = not file.exists()
    if is_fresh:
        file.touch(0o600)
        file.write_bytes(_begun(area, not parts, SecondPerson.present))
    directory = _opened(folder, area)
    if parts or not is_fresh:
        directory.add(batch(*parts) if parts else sample_batch(), by="tests", on=TODAY)
    return directory


def sample_view(
    folder: Path, area: StudyArea | None = None, *parts: Part, audience: Audience = "public", edition: dt.date = TODAY
) -> View:
    """The view of these parts, or of the whole sample, for an audience."""
    path, is_plain = folder / f"{audience}.db", not (parts or (folder / "directory.db").exists())
    with sample_directory(folder, area, *parts) as directory:
        if not is_plain:
            return directory.view(audience, path, edition=edition)
    content, mode = _viewed(area, audience, edition, SecondPerson.present)
    path.touch(mode)
    path.write_bytes(content)
    return View(path)


@lru_cache(16)
def _viewed(area: StudyArea | None, audience: Audience, edition: dt.date, _is_agreed: bool) -> tuple[bytes, int]:
    """The view of the whole sample, and the rights of its file."""
    with (
        TemporaryDirectory() as folder,
        sample_directory(Path(folder), area) as directory,
        directory.view(audience, Path(folder) / "view.db", edition=edition) as view,
    ):
        return view.path.read_bytes(), view.path.stat().st_mode & 0o777


def forget_samples() -> None:
    """Make the next directory and the next view anew."""
    _begun.cache_clear()
    _viewed.cache_clear()


MORE_SECRETS = (
    organization("Гулбог", audience="custodian", phones=["+992000200002"], website="https://gulbog.example"),
    service("Паноҳи Гулбог", of="Гулбог", types=["ACC-VOT"], email="night@gulbog.example", audience="custodian"),
    place("House", of=["Паноҳи Гулбог"], at=km(2, 2), address="Боғи Нав 31", city="Chashma", unit="XT-W2"),
    organization("Umeed", audience="custodian", do_not_list=True),  # looks like one that is shown
    service("Night", of="Umed", types=["ACC-GBV"], description="In the old mill", audience="custodian"),
    place("Mill", of=["Night"], at=km(6.5, 4.5), address="1 Market Street", city="Chashma", unit="XT-W2"),
    phone("1313", service="Night"),  # a number that is shown elsewhere
    contact("Maftuna Qalandarova", organization="Umed"),
    service("Silent", of="Umed", types=["nothing we know"], verified=None),
)
"""Secrets that a second world has, some of them alike to what is shown."""
