"""Two directories that differ only in secrets give the same published bytes.

Hypothesis invents the secrets: whole bodies with shelters, at any place, with every kind of part; hidden fields of
public records; places that are known by area or phone only, moved; approvals that do not hold; and the order in which
everything came in. Whoever reads a view can then learn nothing about them, since the view is the same without them.
"""

import datetime as dt
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from mapping.area.study_area import StudyArea
from mapping.directory.directory import Directory, rules
from mapping.editions.publish import publish
from mapping.errors import UnsafePublication
from mapping.model import (
    RECORDS,
    Accessibility,
    Activity,
    Address,
    Attribute,
    Audience,
    CaseCount,
    Contact,
    CostOption,
    Funding,
    Location,
    Organization,
    OrganizationIdentifier,
    Phone,
    Program,
    Provenance,
    Record,
    ReferralAgreement,
    RequiredDocument,
    Schedule,
    Service,
    ServiceAtLocation,
    ServiceCapacity,
    Source,
    StandardAssessment,
    Statement,
    Taxonomy,
    TaxonomyTerm,
    Unit,
    Url,
    references,
)
from mapping.quality.duplicates import Decided, batch_of
from mapping.safety.redaction import (
    _PARENTS,
    KEPT_BACK,
    NEEDED,
    PRIVATE,
    PUBLISHED,
    ROOTS,
    VIEWS,
    project,
    rename,
)
from mapping.view.writer import ViewContext, write_view
from tests.support.examples import examples
from tests.support.sample import (
    TODAY,
    activity,
    agreement,
    approval,
    attribute,
    batch,
    case_count,
    contact,
    key,
    km,
    organization,
    phone,
    place,
    public_parts,
    records_of,
    sample_directory,
    service,
    statement,
    tables_of,
    translations,
)

# Letters in which no public word is written, so that the search for hidden facts has nothing to object to.
words = st.text(alphabet="ЖЪЫЩЮЭ", min_size=6, max_size=12)
points = st.tuples(st.floats(0, 24), st.floats(0, 16)).map(lambda p: km(*p))
numbers = st.integers(10_000_000, 99_999_999).map(lambda n: f"+9929{n}")
units = st.sampled_from(["XT", "XT-W", "XT-W1", "XT-W2", "XT-E1", "XT-E2", "elsewhere", None])
days = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))
shelters = st.sampled_from(["ACC-VOT", "ACC-EME", "ACC-CHI", "CHP-ALT", "no known kind"])
HOTLINE = key("service", "Hotline")
DECIDE = ("do_not_list", "consent_by", "approved_by", "approved_by_too")
"""Fields that are not shown and on which depends what is."""
bodies = st.sampled_from(["Umed", "Legal Centre", "Qulla Hospital"])
public_services = st.sampled_from(["Legal advice", "Counselling", "Hotline", "School places", "Papers"])
public_places = st.sampled_from(["Legal Centre, Chashma", "Umed, Kulnishin", "Qulla Hospital"])


def answer(name: str, **fields: Any) -> StandardAssessment:
    """An answer to the checklist; three bodies that give legal advice make a sum that is shown."""
    settings: dict[str, Any] = {"standard": "STD-001", "answer": "met", "audience": "focal_point"} | fields
    return StandardAssessment(id=f"answer of {name}", service_id=key("service", name), **settings)


def open_parts() -> list[Record]:
    """The public part of the sample, and records of which a part is shown."""
    return records_of(
        public_parts(),
        contact("", organization="Umed", audience="public", title="Lawyer"),
        agreement("Umed", "Qulla Hospital", service_types="HLT-EME"),
        activity("Lessons", of="Umed", unit="XT-E2", planned=None, reached=50),
        approval("withhold", key("location", "Umed school, Hamvor"), "latitude"),
        approval("withhold", HOTLINE, "alert"),
        [answer(name) for name in ("Legal advice", "Hotline", "Emergency ward")],
        *(service(f"Advice of {body}", of=body) for body in ("Umed", "Qulla Hospital")),
        [answer(f"Advice of {body}", audience="partner") for body in ("Umed", "Qulla Hospital")],
    )


@st.composite
def hidden_service(draw: st.DrawFn, number: int) -> list[Record]:
    """A service that nobody may see, of a hidden body or of a public one, with everything that can hang on it."""
    name, own = f"{draw(words)} {number}", draw(st.booleans())
    body = f"{draw(words)} {number}" if own else draw(bodies)
    audience: Audience = draw(st.sampled_from(["public", "custodian"]))
    parts: list[Any] = []
    if own:
        parts.append(organization(body, audience="custodian", phones=[draw(numbers)], names={"ru": draw(words)}))
        parts.append(activity(draw(words), of=body, unit="XT-W1"))
        parts.append(agreement(draw(bodies), body, service_types="LEG-INF"))
    kinds = [draw(shelters)] if audience == "public" or not own else ["LEG-INF"]
    parts.append(
        service(
            name,
            of=body,
            types=kinds,
            serves=["SEX-F"],
            speaks=["fa"],
            phones=[draw(numbers)],
            audience=audience,
            hours=[("SU", "03:00", "04:00")],
            covers=[draw(units) or "XT"],
            verified=draw(days),
            email=None,
            description=draw(words),
            names={"tg": draw(words)},
            minimum_age=draw(st.integers(0, 60)),
        )
    )
    owner = key("service", name)
    spot: dict[str, Any] = {"at": draw(points), "unit": draw(units), "address": f"{draw(words)} 17"}
    parts.append(place(f"{draw(words)} {number}", of=[name], access=draw(words), transportation=draw(words), **spot))
    if draw(st.booleans()):  # also in a place that everybody knows
        shared = key("location", draw(public_places))
        parts.append(ServiceAtLocation(id=f"tie {number}", service_id=owner, location_id=shared, audience="public"))
    parts += [
        contact(f"{draw(words)} {draw(words)}", organization=body),
        Funding(id=f"funds {number}", service_id=owner, source=draw(words), audience="public"),
        CostOption(id=f"cost {number}", service_id=owner, option=draw(words)),
        RequiredDocument(id=f"paper {number}", service_id=owner, document=draw(words)),
        Url(id=f"page {number}", service_id=owner, url=f"https://{number}.example"),
        Contact(id=f"person {number}", service_id=owner, name=draw(words), title=draw(words), audience="public"),
        Unit(id=f"unit {number}", name=draw(words)),
        ServiceCapacity(
            id=f"beds {number}",
            service_id=owner,
            unit_id=f"unit {number}",
            updated=draw(days),
            available=draw(st.integers(0, 99)),
            audience="public",
        ),
        StandardAssessment(id=f"answer {number}", service_id=owner, standard="STD-001", audience="public"),
        Taxonomy(id=f"words {number}", name=draw(words)),
        word := TaxonomyTerm(id=f"word {number}", name=draw(words), taxonomy_id=f"words {number}"),
        translations(word, name={"ru": draw(words)}),
        Attribute(
            id=f"said {number}",
            link_id=owner,
            link_entity="service",
            link_type="serves",
            taxonomy_term_id=f"word {number}",
        ),
        approval("audience", owner, "custodian"),  # on the day of the next one, whose word is milder
        approval(
            "audience",
            owner,
            "public",
            **draw(
                st.sampled_from(
                    [
                        {},
                        {"approved_by_too": "Steward One"},
                        {"consent_until": TODAY - dt.timedelta(days=1)},
                        {"consent_by": None},
                        {"approved_on": TODAY + dt.timedelta(days=1)},
                    ]
                )
            ),
        ),
    ]
    return records_of(*parts)


@st.composite
def secrets(draw: st.DrawFn) -> list[Record]:
    """Hidden records of every kind; two draws are two worlds."""
    parts: list[Any] = [draw(hidden_service(number)) for number in range(draw(st.integers(0, 3)))]
    if draw(st.booleans()):
        parts.append(contact(f"{draw(words)} {draw(words)}", organization="Umed"))
        parts.append(phone(draw(numbers), organization="Umed", audience="custodian"))
        parts.append(phone(draw(numbers), service="Hotline", audience="custodian"))
    if draw(st.booleans()):  # marked public, and hidden by something else
        unlisted, unnamed, owner, lost = (f"{draw(words)} {of}" for of in ("unlisted", "unnamed", "owner", "lost"))
        parts.append(organization(unlisted, do_not_list=True, phones=[draw(numbers)]))
        parts.append(service(f"{unlisted} help", of=unlisted))
        parts.append(service(f"{unlisted} advice", of="Umed", do_not_list=True))
        parts += [organization(unnamed), approval("withhold", key("organization", unnamed), "name")]
        parts.append(organization(owner, audience="custodian"))
        parts.append(
            place(f"{owner} house", of=["Hotline"], at=draw(points), organization_id=key("organization", owner))
        )
        parts += [record.model_copy(update={"organization_id": None}) for record in service(lost, of="Umed")[:1]]
        parts.append(attribute(lost, "service_type", "LEG-INF"))
        tie = {"service_id": HOTLINE, "location_id": key("location", "Umed, Kulnishin")}
        parts.append(ServiceAtLocation(id="tie", **tie, audience="custodian"))
        parts += [ServiceAtLocation(id="no tie", **tie, audience="public"), approval("withhold", "no tie", "id")]
        later = {"answer": draw(st.sampled_from(["partly", "not met"])), "assessed_on": TODAY, "audience": "custodian"}
        parts.append(answer("Legal advice", **later).model_copy(update={"id": "hidden answer"}))
        parts.append(
            activity(lost, of="Umed", unit="XT-W1").model_copy(update=half("organization_id", "implementer_id"))
        )
        ends = half("to_organization_id", "from_organization_id")
        parts.append(agreement("Umed", "Qulla Hospital", service_types="LEG-INF").model_copy(update=ends))
    if draw(st.booleans()):
        parts.append(organization(draw(words), audience="custodian"))
        parts.append(statement(draw(words), approved_by_too="steward one"))
        parts.append(statement(draw(words), consent_until=TODAY - dt.timedelta(days=1)))
        parts.append(statement(draw(words), audience="custodian"))
    if draw(st.booleans()):
        parts.append(activity(draw(words), of="Umed", unit="XT-W1", audience="custodian"))
        parts.append(activity(draw(words), of="Umed", unit="XT-W1", service_type="ACC-VOT"))
        parts.append(agreement("Umed", "Legal Centre", service_types="ACC-VOT").model_copy(update={"id": "night"}))
        parts.append(Schedule(id="night", service_id=key("service", "Hotline"), byday="SU", audience="custodian"))
    if draw(st.booleans()):
        parts.append(
            OrganizationIdentifier(
                id="number",
                identifier_type=draw(words),
                identifier=draw(words),
                organization_id=key("organization", "Umed"),
            )
        )
        parts.append(attribute("Hotline", "serves", "VUL-HIV"))
        parts.append(attribute("Hotline", "excludes", "SEX-X"))
        umed = Organization(id=key("organization", "Umed"), name="")
        parts.append(translations(umed, tax_id={"ru": draw(words)}, legal={"ru": draw(words)}))
        parts.append(translations(contact("", organization="Umed"), name={"ru": draw(words)}))
        parts.append(translations(Service(id=HOTLINE, name=""), alert={"ru": draw(words)}))
        vague = Location(id=key("location", "Papers, by area"))
        parts.append(Accessibility(id="steps", location_id=vague.id, description=draw(words)))
        parts.append(translations(vague, name={"ru": draw(words)}, description={"tg": draw(words)}))
    if draw(st.booleans()):
        parts.append(case_count(draw(st.integers(0, 99)), audience="custodian", source=draw(words)))
        parts.append(Source(id="sender", name=draw(words)))
        parts.append(
            Provenance(
                id="origin",
                link_id=key("service", "Hotline"),
                link_entity="service",
                source_id="sender",
                source_key=draw(words),
            )
        )
        parts.append(approval("map", draw(words), reason=draw(words)))
    return records_of(*parts)


def half(needed: str, other: str) -> dict[str, Any]:
    """Fields of what lacks one of the bodies that it needs."""
    return {"id": f"without {needed}", needed: None, other: key("organization", "Umed")}


@st.composite
def worlds(draw: st.DrawFn) -> list[Record]:
    """The public part of the sample with hidden fields filled in at random, some secrets, in any order."""
    records = [record.model_copy() for record in open_parts()]
    text, day, women = draw(words), draw(days), draw(st.integers(1, 9))
    values = {"date": day, "int": day.year, "float": day.year}
    programme = Program(id="programme", name=text, organization_id=key("organization", "Umed"))
    above = {"program_id": programme.id, "parent_organization_id": key("organization", "Umed")}
    for record in records:
        for name in KEPT_BACK.get(record.table, ()):
            if name not in DECIDE and name not in references(type(record)):
                annotation = str(type(record).model_fields[name].annotation)
                setattr(record, name, next((value for kind, value in values.items() if kind in annotation), text))
            elif name in above and record.id != above[name]:
                setattr(record, name, draw(st.sampled_from([None, above[name]])))
        if isinstance(record, Service) and record.id == HOTLINE:
            record.alert = draw(words)
        elif isinstance(record, Contact):
            record.name = draw(words)
        elif isinstance(record, Activity) and record.name == "Lessons":
            record.planned, record.reached_women = women, draw(st.sampled_from([women, 50 - women]))
        elif isinstance(record, ReferralAgreement) and record.service_types == "HLT-EME":
            record.service_types = draw(st.sampled_from(["HLT-EME", "ACC-VOT;HLT-EME", "HLT-EME;ACC-EME"]))
        elif isinstance(record, Address) and record.address_1 == "8 Unsaid Lane":
            record.address_1 = draw(words)
        elif isinstance(record, ServiceAtLocation) and record.service_id == key("service", "Papers"):
            record.description = draw(words)
        elif isinstance(record, Location) and record.name == "Umed school, Hamvor":
            record.latitude, record.longitude = draw(points)
        elif isinstance(record, Statement):
            record.consent_by, record.approved_by, record.approved_by_too = draw(words), "One", draw(words)
        elif isinstance(record, Location) and record.name in ("Mobile team's base", "Papers, by area"):
            record.latitude, record.longitude = draw(points)
            record.transportation, record.description = draw(words), draw(words)
            if record.name == "Mobile team's base":
                record.area_unit, record.country = draw(units), draw(st.sampled_from(["XT", "XN", None]))
            else:  # any of the units that are shown as the whole country, since they have few people
                record.area_unit = draw(st.sampled_from(["XT-E", "XT-E1", "XT-E2", "XT"]))
                near = [("area", "given"), ("area", "unit"), ("exact", "unit")]
                record.precision, record.position_basis = draw(st.sampled_from(near))
            record.name = draw(words)
    few = draw(st.integers(1, 9))
    for record in records:
        if isinstance(record, CaseCount):
            record.note = draw(words)
            if record.year == 2024 and record.area_unit:  # what is too few to be shown, and what would give it away
                record.count = few if record.area_unit == "XT-E" else 64 - few
    everything = [*records, programme, *draw(secrets())]
    draw(st.randoms(use_true_random=False)).shuffle(everything)
    return everything


def published(records: list[Record], area: StudyArea, path: Path, audience: Audience = "public") -> bytes:
    """The bytes of a view, written without a directory."""
    shown = rename(project(tables_of(records), audience, rules(TODAY, area)), lambda private: f"id of {private}")
    write_view(shown, path, fields=PUBLISHED, context=ViewContext(audience, TODAY, area))
    return path.read_bytes()


@pytest.fixture(scope="module")
def plain(tiny_area: StudyArea, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The view of the public part, without any secret."""
    return published(open_parts(), tiny_area, tmp_path_factory.mktemp("plain") / "public.db")


@given(world=worlds())
@settings(max_examples=examples(50), deadline=None, suppress_health_check=list(HealthCheck))
def test_no_secret_changes_a_byte_of_the_view(
    world: list[Record], plain: bytes, tiny_area: StudyArea, tmp_path: Path
) -> None:
    assert published(world, tiny_area, tmp_path / "public.db") == plain


@given(one=worlds(), other=worlds())
@settings(
    max_examples=examples(6),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
def test_two_directories_that_differ_in_secrets_publish_the_same(
    one: list[Record], other: list[Record], tiny_area: StudyArea, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The whole way: through batches, tables, the search for hidden facts and travel times."""
    views = []
    for records in (one, other):
        folder = tmp_path_factory.mktemp("world")
        (folder / "directory.key").write_text("5a" * 32)
        with Directory(folder / "directory.db", tiny_area) as directory:
            directory.add(batch(records), by=f"import {len(records)}", on=TODAY)
            try:
                publish(directory, "public", folder / "public.db", area=tiny_area, edition=TODAY).view.close()
            except UnsafePublication:
                assume(False)
        views.append((folder / "public.db").read_bytes())
    assert views[0] == views[1]


@given(world=worlds(), audience=st.sampled_from(("partner", "focal_point")))
@settings(max_examples=examples(20), deadline=None, suppress_health_check=list(HealthCheck))
def test_no_secret_of_custodians_changes_a_byte_of_the_views_for_few(
    world: list[Record], audience: Audience, tiny_area: StudyArea, tmp_path: Path
) -> None:
    """Those few know of sensitive groups and small counts; of shelters, nothing that a view could hold."""

    def without_groups(records: list[Record]) -> list[Record]:
        said = ("serves", "excludes")
        few = [r.id for r in records if isinstance(r, CaseCount) and r.year == 2024 and r.area_unit]
        groups = [r.id for r in records if isinstance(r, Attribute) and r.link_id == HOTLINE and r.link_type in said]
        return [r for r in records if r.id not in {*few, *groups, key("activity", "Lessons")}]

    views = [
        published(without_groups(records), tiny_area, tmp_path / "view.db", audience)
        for records in (world, open_parts())
    ]
    assert views[0] == views[1]


HIDDEN: list[Record] = records_of(
    organization("Hidden", audience="custodian"),
    service("Shelter", of="Umed", types=["ACC-VOT"]),
    place("Refuge", of=["Shelter"], at=km(3, 3), unit="XT-W2", audience="custodian"),
)
VALUES = {"number": "+992900000001", "field": "name", "link_type": "serves", "language": "ru"}
VALUES |= dict.fromkeys(("service_type", "service_types"), "LEG-INF")


def secret_of_each_kind() -> Iterator[Record]:
    """Yield a record of every table for each way to hang on records that are shown, hidden or none, that is a secret.

    That is where it hangs on a hidden one, is for custodians itself, or has nothing to hang on though it needs that;
    all its fields are filled. Approvals are no secrets: they decide.
    """
    parents = {record.table: record.id for record in reversed(public_parts())}
    hidden = {record.table: record.id for record in reversed(HIDDEN)}
    for table, kind in RECORDS.items():
        owners = {name: owner for name, owner in _PARENTS.get(table, {}).items() if owner in parents}
        fields = {name: field.annotation for name, field in kind.model_fields.items()}
        values = {name: VALUES.get(name) or filled(str(annotation)) for name, annotation in fields.items()}
        values |= dict.fromkeys(references(kind))
        links = [(owner, ids[owner]) for owner in ("organization", "service", "location") for ids in (parents, hidden)]
        ways = product(*([None, parents[owner], hidden.get(owner, "none")] for owner in owners.values()))
        marks: tuple[Audience, ...] = ("public", "custodian")
        for way, (link, linked), mark in product(ways, links if "link_id" in fields else [("", "")], marks):
            on = {owner for owner in (*way, linked) if owner}
            is_hidden = not on <= {*parents.values()} or (mark == "custodian" and "audience" in fields)
            is_hidden |= bool(
                {*NEEDED.get(table, ())} & {name for name, owner in zip(owners, way, strict=True) if not owner}
            )
            if table == "approval" or not (is_hidden or table in PRIVATE or not (on or table in ROOTS)):
                continue
            own = values | dict(zip(owners, way, strict=True)) | {"audience": mark}
            own |= {"id": f"{table} {way} {linked} {mark}", "link_entity": link, "link_id": linked}
            yield kind.model_construct(**{name: own[name] for name in fields})


def filled(annotation: str) -> Any:
    """Return something for a field of a type: what is asked for in a closed list is its first choice."""
    if "Literal" in annotation:
        return annotation.partition("Literal['")[2].partition("'")[0]
    for name, value in (("date", TODAY), ("float", 9.5), ("int", 77), ("bool", False)):
        if name in annotation:
            return value
    return "ЖЪЫЩЮЭ"


@pytest.mark.parametrize("audience", VIEWS)
def test_nothing_hidden_of_any_table_changes_what_is_seen(audience: Audience, tiny_area: StudyArea) -> None:
    secrets_of_all = [*secret_of_each_kind()]
    assert {record.table for record in secrets_of_all} == {*RECORDS} - {"approval", "standard_summary"}
    shown = [
        project(tables_of(public_parts(), parts), audience, rules(TODAY, tiny_area))
        for parts in ([], [*HIDDEN, *secrets_of_all])
    ]
    assert shown[0] == shown[1]


def act_about_secrets(directory: Directory) -> None:
    """Import, move, merge, edit, hide, undo and ask to erase what nobody may see, and answer what is asked about it."""

    def lists(*parts: Any, source: str = "another", number: int = 1) -> None:
        directory.add(batch(*parts, source=source, file=f"list {number}.csv"), by="zarina", on=TODAY)

    by: dict[str, Any] = {"by": "zarina", "on": TODAY, "reason": "asked"}
    body, shelter = organization("ЖЪЫЩЮЭ", audience="custodian"), {"of": "ЖЪЫЩЮЭ", "types": ["ACC-VOT"]}
    spot = {"unit": "XT-W2", "city": "ЩЪЖЪЩЪ"}
    lists(body, service("ЩЖЪЫЭЮ", **shelter), place("ЪЖ", of=["ЩЖЪЫЭЮ"], at=km(4, 4), address="ЩЪЪЖ 4", **spot))
    now = place("ЫЖ", of=["щжъыэю"], at=km(6, 6), address="ЖЫЫЩ 9", **spot)
    lists(body, service("щжъыэю", **shelter), now, number=2)
    (move,) = directory.moves()
    answer = Decided(1, "service", move.service, move.now, "different", "", "", "")
    directory.add(batch_of([answer], by="zarina", on=TODAY), by="zarina", on=TODAY)
    directory.edit("organization", key("organization", "ЖЪЫЩЮЭ"), {"do_not_list": True}, **by)
    directory.undo(by="zarina", on=TODAY)
    own = service("ЪЖЩЮЫЭ", of="Umed", types=["ACC-GBV"])
    there = place("ЖЩ", of=["ЪЖЩЮЫЭ"], at=km(2, 2), unit="XT-E1")
    lists(phone("+992900000013", organization="Umed", audience="custodian"), own, there, source="third")
    directory.edit("location", key("location", "ЖЩ"), {"latitude": 10.07}, **by)
    directory.merge(key("service", "ЩЖЪЫЭЮ"), [key("service", "ЪЖЩЮЫЭ")], table="service", **by)
    number = key("phone", "+992900000013", "Umed", None, None)
    directory.propose("erase", "phone", number, {}, **by)


def test_nothing_that_is_done_with_secrets_changes_a_byte_of_a_later_edition(
    tiny_area: StudyArea, tmp_path: Path
) -> None:
    views = []
    for name in ("done", "not done"):
        with sample_directory(tmp_path / name, tiny_area, *public_parts()) as directory:
            if name == "done":
                act_about_secrets(directory)
            umed = key("organization", "Umed")
            directory.edit("organization", umed, {"description": "Help"}, by="noor", on=TODAY, reason="shorter")
            later, views_of_all = TODAY + dt.timedelta(days=3), []
            for audience in VIEWS:
                path = tmp_path / name / f"{audience}.db"
                directory.view(audience, path, edition=later).close()
                views_of_all.append(path.read_bytes())
            views.append(views_of_all)
    assert views[0] == views[1]


def moved(records: list[Record], name: str) -> list[Record]:
    return [r.model_copy(update={"latitude": 10.05}) if getattr(r, "name", "") == name else r for r in records]


@pytest.mark.parametrize(
    "change",
    [
        lambda records: [r for r in records if r.table != "statement"],
        lambda records: [*records, organization("New")[0]],
        lambda records: [*records, Phone(id="p", number="1414", service_id=HOTLINE, audience="public")],
        lambda records: moved(records, "Qulla Hospital"),
        lambda records: [*records, approval("withhold", HOTLINE, "name")],
    ],
)
def test_what_is_public_does_change_the_view(change: Any, plain: bytes, tiny_area: StudyArea, tmp_path: Path) -> None:
    """The equality above means something: anything that may be seen makes a difference."""
    assert published(change(open_parts()), tiny_area, tmp_path / "public.db") != plain


def test_moving_a_place_that_is_not_shown_changes_nothing(plain: bytes, tiny_area: StudyArea, tmp_path: Path) -> None:
    for name in ("Papers, by area", "Mobile team's base"):
        assert published(moved(open_parts(), name), tiny_area, tmp_path / "public.db") == plain
