"""What sources say of one record, and what stewards do about it: edits, merging, undoing, erasing."""

import datetime as dt
import sqlite3
from pathlib import Path
from typing import Any

import pyotp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from mapping.batch import Batch
from mapping.cli import app
from mapping.directory.conflicts import Conflict
from mapping.directory.directory import Directory
from mapping.directory.rows import STORED
from mapping.errors import InvalidRecord, NotFound
from mapping.model import (
    RECORDS,
    Approval,
    Contact,
    CostOption,
    Language,
    Location,
    Organization,
    Phone,
    Provenance,
    Record,
    Service,
    Source,
    Translation,
    record_id,
)
from mapping.quality.known_organizations import Known
from tests.conftest import TINY
from tests.support.examples import examples
from tests.support.sample import (
    TODAY,
    Part,
    approval,
    batch,
    contact,
    key,
    organization,
    place,
    sample_batch,
    sample_directory,
    service,
    translations,
)
from tests.support.second_person import erased
from web.access.accounts import Accounts

UMED = key("organization", "Umed")
ONE = {"by": "Steward One", "on": TODAY, "reason": "They are one"}


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    with Directory(tmp_path / "directory.db") as opened:
        yield opened


def holds(directory: Directory) -> dict[str, list[Any]]:
    """Everything that the tables hold, but for batches and history."""
    return {table: directory.db.conn.execute(f'SELECT * FROM "{table}" ORDER BY id').fetchall() for table in STORED}


def seen(name: str, on: dt.date | None, **fields: Any) -> list[Record]:
    """A body, and a service of it that was verified on a day."""
    return [
        Organization(id=UMED, name=name, audience="public", **fields),
        *service("Advice", of="Umed", verified=on),
    ]


def organization_of(directory: Directory) -> Organization:
    record = directory.record(Organization, UMED)
    assert isinstance(record, Organization)
    return record


# -- conflicts -----------------------------------------------------------------------------------------------------


def test_the_source_that_verified_last_decides_and_the_other_is_kept(directory: Directory) -> None:
    directory.add(batch(seen("Umed", TODAY, email="a@a.example"), source="A"), on=TODAY)
    older = seen("Umed centre", TODAY - dt.timedelta(days=90), website="https://b.example")
    directory.add(batch(older, source="B"), on=TODAY)
    record = organization_of(directory)
    assert (record.name, record.email, record.website) == ("Umed", "a@a.example", "https://b.example")
    (conflict,) = [one for one in directory.conflicts() if one.field == "name"]
    assert isinstance(conflict, Conflict)
    assert (conflict.winner.value, conflict.winner.source, conflict.winner.on) == ("Umed", "A", TODAY)
    assert [(one.value, one.source) for one in conflict.losers] == [("Umed centre", "B")]
    assert conflict.why == "said last"
    directory.add(batch(seen("Umed Centre", TODAY + dt.timedelta(days=1)), source="B"), on=TODAY)
    assert organization_of(directory).name == "Umed Centre"
    assert organization_of(directory).website is None  # nobody says it any more


def test_without_days_the_rank_decides_then_the_later_import(directory: Directory) -> None:
    def said(name: str, source: str, rank: int) -> None:
        given_ = batch(Organization(id=UMED, name=name, audience="public"), source=source)
        given_.source = Source(id=record_id(source, "source"), name=source, rank=rank)
        directory.add(given_, on=TODAY)

    said("High", "A", 5)
    said("Low", "B", 1)
    assert organization_of(directory).name == "High"
    said("As high", "C", 5)
    assert organization_of(directory).name == "As high"


def test_one_source_alone_makes_no_claims(directory: Directory) -> None:
    directory.add(batch(seen("Umed", TODAY, email="a@a.example"), source="A"), on=TODAY)
    directory.add(batch(seen("Umed", TODAY), source="A"), on=TODAY)
    assert organization_of(directory).email is None
    assert directory.conflicts() == []
    assert directory.db.execute("SELECT count(*) FROM claim").fetchone() == (0,)


def test_a_point_comes_from_one_source_with_its_unit(directory: Directory) -> None:
    def said(source: str, **fields: Any) -> None:
        directory.add(batch(Location(id="l", precision="exact", audience="public", **fields), source=source), on=TODAY)

    said("A", latitude=10.0, longitude=60.0, area_unit="XT-E1", position_basis="given")
    said("B", area_unit="XT-W1", name="Office")
    stored = directory.record(Location, "l")
    assert (stored.latitude, stored.longitude, stored.area_unit, stored.name) == (10.0, 60.0, "XT-E1", "Office")
    said("C", latitude=11.0, longitude=61.0, area_unit="XT-W2", position_basis="given")
    stored = directory.record(Location, "l")
    assert (stored.latitude, stored.longitude, stored.area_unit) == (11.0, 61.0, "XT-W2")


@given(
    said=st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from(["public", "partner", "custodian"])), min_size=1, max_size=5
    )
)
@settings(max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck))
def test_of_markings_the_strictest_stays_whoever_said_it(said: list[Any], tmp_path_factory: Any) -> None:
    with Directory(tmp_path_factory.mktemp("d") / "directory.db") as directory:
        for source, audience in said:
            directory.add(batch(Organization(id=UMED, name=source, audience=audience), source=source), on=TODAY)
        order = ["public", "partner", "custodian"]
        assert organization_of(directory).audience == max((one for _, one in said), key=order.index)


# -- edits ---------------------------------------------------------------------------------------------------------


def test_what_a_steward_says_outlasts_imports(directory: Directory) -> None:
    directory.add(batch(seen("Umed", TODAY, email="a@a.example"), source="A"), on=TODAY)
    change = directory.edit("organization", UMED, {"name": "Umed centre", "email": None}, **ONE)
    assert change.changed == {"organization": 1}
    later = seen("Umed", TODAY + dt.timedelta(days=30), email="a@a.example", website="https://a.example")
    directory.add(batch(later, source="A"), on=TODAY)
    record = organization_of(directory)
    assert (record.name, record.email, record.website) == ("Umed centre", None, "https://a.example")
    assert directory.conflicts()[0].why == "the stewards said so"
    assert directory.history(UMED)[1]["reason"] == "They are one"


def test_an_edited_part_stays(directory: Directory) -> None:
    given_ = batch(organization("Umed", phones=["+992111111111"]))
    directory.add(given_, on=TODAY)
    (number,) = directory.records(Phone)
    directory.edit("phone", number.id, {"number": "+992222222222"}, **ONE)
    directory.add(batch(organization("Umed", phones=["+992111111111"])), on=TODAY)
    (stored,) = directory.records(Phone)
    assert isinstance(stored, Phone)
    assert (stored.number, stored.audience) == ("+992222222222", "public")


@pytest.mark.parametrize(
    ("words", "price", "texts"),
    [
        ("50 EUR", ("amount", 50.0, "EUR"), {"en": "50 EUR", "ru": "50 EUR"}),
        ("ask at the desk", None, {}),
        ("Free, ask at the desk", ("mixed", None, None), {}),
        (None, None, {}),
    ],
)
def test_a_price_goes_with_its_words(
    words: str | None, price: Any, texts: dict[str, str], directory: Directory
) -> None:
    """The words of a fee are edited: its value and its words in other languages are of the same price."""
    listed = [
        *organization("Umed"),
        *service("Advice", of="Umed", fees_description="Free of charge"),
        CostOption(id="price", service_id=key("service", "Advice"), option="free"),
        *translations(
            Service(id=key("service", "Advice"), organization_id=UMED, name="Advice"),
            fees_description={"en": "Free of charge", "ru": "Бесплатно", "tg": "Ройгон"},
        ),
    ]
    directory.add(batch(listed), on=TODAY)
    directory.edit("service", key("service", "Advice"), {"fees_description": words}, **ONE)
    for _ in range(2):
        (stored,) = directory.records(Service)
        assert stored.fees_description == words
        options = [(option.option, option.amount, option.currency) for option in directory.records(CostOption)]
        assert options == ([price] if price else [])
        said = {row.language: row.text for row in directory.records(Translation) if row.field == "fees_description"}
        assert {language: said.get(language) for language in texts} == texts
        assert "Ройгон" not in said.values()
        assert "Бесплатно" not in said.values()
        assert said.get("en") in (words, None)
        directory.add(batch(listed), on=TODAY)
    directory.undo(2, by="Steward One", on=TODAY)
    assert [option.option for option in directory.records(CostOption)] == ["free"]


@pytest.mark.parametrize(
    ("point", "basis"), [((10.05, 60.05), "given"), ((None, None), "none"), ((10.04, 60.06), "place")]
)
def test_a_point_that_a_steward_writes_is_no_longer_that_of_a_town(
    point: Any, basis: str, directory: Directory
) -> None:
    town = Location(id="l", name="Office", latitude=10.04, longitude=60.06, position_basis="place")
    directory.add(batch(town), on=TODAY)
    latitude, longitude = point
    directory.edit("location", "l", {"name": "Desk", "latitude": latitude, "longitude": longitude}, **ONE)
    directory.add(batch(town), on=TODAY)
    (stored,) = directory.records(Location)
    assert (stored.latitude, stored.longitude, stored.position_basis) == (latitude, longitude, basis)


def test_a_text_that_stands_among_the_translations_too_is_edited_there(directory: Directory) -> None:
    directory.add(batch(organization("Umed", names={"en": "Umed", "tg": "Умед"})), on=TODAY)
    directory.edit("organization", UMED, {"name": "Umed centre"}, **ONE)
    texts = {row.language: row.text for row in directory.records(Translation) if row.link_id == UMED}
    assert texts == {"en": "Umed centre", "tg": "Умед"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"audience": "public"}, "cannot be lowered to public by an edit"),
        ({"colour": "red"}, "colour cannot be edited"),
        ({"id": "x"}, "id cannot be edited"),
        ({"name": None}, "name: Input should be a valid string"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(fields: dict[str, Any], said: str, directory: Directory) -> None:
    directory.add(batch(organization("Umed", audience="partner")), on=TODAY)
    before = holds(directory)
    with pytest.raises(InvalidRecord, match=said):
        directory.edit("organization", UMED, fields, **ONE)
    assert holds(directory) == before


def test_what_two_people_agreed_to_is_not_edited_by_one(directory: Directory) -> None:
    directory.add(batch(organization("Umed"), approval("audience", UMED, "public")), on=TODAY)
    with pytest.raises(InvalidRecord, match="two people agree to it"):
        directory.edit("approval", directory.records(Approval)[0].id, {"value": "public"}, **ONE)


def test_what_is_not_to_be_listed_stays_so_whatever_lists_say(directory: Directory) -> None:
    directory.add(batch(organization("Umed")), on=TODAY)
    directory.edit("organization", UMED, {"do_not_list": True}, **ONE)
    directory.add(batch(organization("Umed", description="New")), on=TODAY)
    assert organization_of(directory).do_not_list == 1
    assert organization_of(directory).description == "New"


# -- merging -------------------------------------------------------------------------------------------------------

OTHER = key("organization", "Центр Умед")


def list_of_a() -> Any:
    return batch(
        organization("Umed", phones=["+992111111111"], names={"ru": "Умед"}, email="a@a.example"),
        service("Advice", of="Umed"),
        place("Office", of=["Advice"], at=(10.0, 60.0)),
        source="A",
        file="a.csv",
    )


def list_of_b() -> Any:
    other = organization("Центр Умед", names={"ru": "Центр «Умед»"}, website="https://b.example", audience="partner")
    phones = [
        Phone(id="b1", number="+992111111111", organization_id=OTHER, audience="public", description="Reception"),
        Phone(id="b2", number="+992333333333", organization_id=OTHER, audience="partner"),
    ]
    return batch(other, phones, service("Counselling", of="Центр Умед"), source="B", file="b.csv")


def test_after_merging_every_list_meets_the_one_record(directory: Directory) -> None:
    directory.add(list_of_a(), on=TODAY)
    directory.add(list_of_b(), on=TODAY)
    before = holds(directory)
    directory.merge(UMED, [OTHER], table="organization", **ONE)
    record = organization_of(directory)
    assert (record.name, record.alternate_name, record.audience) == ("Umed", "Центр Умед", "partner")
    assert (record.email, record.website) == ("a@a.example", "https://b.example")
    assert directory.count("organization") == 1
    assert sorted(one.number for one in directory.records(Phone)) == ["+992111111111", "+992333333333"]
    assert {one.organization_id for one in directory.records(Service)} == {UMED}
    keys = {(one.source_key, one.link_id) for one in directory.records(Provenance) if one.link_entity == "organization"}
    assert keys == {("Umed", UMED), ("Центр Умед", UMED)}
    texts = {(one.field, one.language): one.text for one in directory.records(Translation) if one.link_id == UMED}
    assert texts == {("name", "ru"): "Умед", ("alternate_name", "ru"): "Центр «Умед»"}
    merged = holds(directory)
    for given_ in (list_of_a(), list_of_b(), list_of_a()):
        change = directory.add(given_, on=TODAY + dt.timedelta(days=1))
        assert (change.added.total(), change.changed.total(), change.removed.total(), change.missing) == (0, 0, 0, [])
    assert holds(directory) == merged
    known = Known.of(directory)
    assert {body.id for name in ("Umed", "Умед", "Центр Умед", "Центр «Умед»") for body in known.called([name])} == {
        UMED
    }
    number = next(one.number for one in directory.batches() if one.file == "merge")
    directory.undo(number, by="Steward One", on=TODAY)
    assert holds(directory) == before
    assert directory.count("organization") == 2


def test_what_a_list_no_longer_gives_goes_after_merging_too(directory: Directory) -> None:
    directory.add(list_of_a(), on=TODAY)
    directory.add(list_of_b(), on=TODAY)
    directory.merge(UMED, [OTHER], table="organization", **ONE)
    less = list_of_b()
    less.records = [one for one in less.records if one.id != "b2"]
    assert directory.add(less, on=TODAY).removed == {"phone": 1}
    changed = list_of_b()
    changed.records.change(Organization, lambda body: setattr(body, "website", "https://new.example"))
    directory.add(changed, on=TODAY)
    assert organization_of(directory).website == "https://new.example"


def test_merging_ends_agreements_that_lowered_either(directory: Directory) -> None:
    lowered = [approval("audience", UMED, "public"), approval("audience", OTHER, "public")]
    directory.add(batch(organization("Umed"), organization("Центр Умед", audience="custodian"), lowered), on=TODAY)
    directory.merge(UMED, [OTHER], table="organization", **ONE)
    assert [one.consent_until for one in directory.records(Approval)] == [None, None]


def test_services_and_places_are_merged_with_their_ties(directory: Directory) -> None:
    directory.add(
        batch(
            organization("Umed"),
            service("Advice", of="Umed", phones=["1"]),
            service("Legal help", of="Umed", phones=["1"]),
            place("Office", of=["Advice"], at=(10.0, 60.0), address="1 Street", precision="area"),
            place("The office", of=["Legal help"], at=(10.0, 60.0), address="1 Street"),
        ),
        on=TODAY,
    )
    first, second = key("location", "Office"), key("location", "The office")
    directory.merge(second, [first], table="location", **ONE)
    directory.merge(key("service", "Advice"), [key("service", "Legal help")], table="service", **ONE)
    counts = {
        table: directory.count(table) for table in ("service", "location", "service_at_location", "address", "phone")
    }
    assert set(counts.values()) == {1}
    (spot,) = directory.records(Location)
    assert (spot.name, spot.precision) == ("The office", "area")
    names = [one.text for one in directory.records(Translation) if one.field == "alternate_name"]
    assert (spot.alternate_name, names) == ("Office", [])


PHONE, SPOKEN = key("phone", "1", None, "Advice", None), record_id("sample", "language", "spoken")
STEWARDS = Source(id=record_id("stewards", "source"), name="Stewards")


def with_phone(*more: str) -> Batch:
    """A list with a service, its numbers, and a language that is spoken at the first."""
    parts = service("Advice", of="Umed", phones=["1", *more])
    text = Translation(
        id=record_id("sample", "translation", "text"),
        link_entity="phone",
        link_id=PHONE,
        field="description",
        language="tg",
        text="Навбатдор",
    )
    return batch(organization("Umed"), *parts, Language(id=SPOKEN, phone_id=PHONE, code="tg"), text)


def take_out(directory: Directory, table: str, record: str, **more: Any) -> None:
    own = Batch(STEWARDS, "by hand", removed=[(table, record)], partial=True)
    directory.add(own, by="zarina", on=TODAY, **more)


def propose_to_take_out(directory: Directory, table: str, record: str) -> None:
    asked = directory.propose("remove", table, record, {}, by="zarina", on=TODAY, reason="no longer theirs")
    directory.decide(asked, "accepted", by="noor", on=TODAY)


@pytest.mark.parametrize("way", [take_out, propose_to_take_out])
def test_what_a_steward_took_out_stays_out_with_what_was_said_of_it(directory: Directory, way: Any) -> None:
    directory.add(with_phone(), on=TODAY)
    way(directory, "phone", PHONE)
    for more in ((), ("2",)):
        directory.add(with_phone(*more), on=TODAY)
        assert [phone.number for phone in directory.records(Phone)] == [*more]
        assert not directory.records(Language)
        assert not directory.records(Translation, link_id=PHONE)


def test_what_was_taken_out_comes_back_when_that_is_undone(directory: Directory) -> None:
    directory.add(with_phone(), on=TODAY)
    before = holds(directory)
    take_out(directory, "phone", PHONE)
    directory.undo(by="zarina", on=TODAY)
    assert holds(directory) == before
    take_out(directory, "phone", PHONE)
    directory.undo(by="zarina", on=TODAY)
    directory.add(with_phone(), on=TODAY)
    assert holds(directory) == before


def test_what_was_taken_out_comes_back_where_somebody_enters_it_anew(directory: Directory) -> None:
    directory.add(with_phone(), on=TODAY)
    phone = directory.record(Phone, PHONE)
    take_out(directory, "phone", PHONE)
    anew = Batch(STEWARDS, "by hand", records=[phone], partial=True, edited={PHONE})
    directory.add(anew, by="zarina", on=TODAY)
    assert directory.record(Phone, PHONE) == phone


def test_a_sender_may_bring_again_what_it_took_out_of_its_own_list(directory: Directory) -> None:
    directory.add(with_phone(), on=TODAY)
    own = batch()
    own.removed, own.partial = [("phone", PHONE)], True
    directory.add(own, on=TODAY)
    assert not directory.records(Phone)
    directory.add(with_phone(), on=TODAY)
    assert directory.record(Phone, PHONE).number == "1"


def test_a_contact_that_was_taken_out_leaves_the_numbers_of_the_desk(directory: Directory) -> None:
    desk = contact("Duty desk", organization="Umed")
    parts = service("Advice", of="Umed", phones=["1"])
    list_ = batch(organization("Umed"), *parts, desk)
    list_.records = [
        record.model_copy(update={"contact_id": desk.id}) if isinstance(record, Phone) else record
        for record in list_.records
    ]
    directory.add(list_, on=TODAY)
    assert directory.record(Phone, PHONE).contact_id == desk.id
    take_out(directory, "contact", desk.id)
    assert directory.record(Phone, PHONE).contact_id is None
    directory.add(list_, on=TODAY)
    assert not directory.records(Contact)
    assert directory.record(Phone, PHONE).contact_id is None


def test_a_merged_record_is_merged_again(directory: Directory) -> None:
    def third() -> Any:
        return batch(organization("Third"), source="C", file="c.csv")

    for given_ in (list_of_a(), list_of_b(), third()):
        directory.add(given_, on=TODAY)
    directory.merge(UMED, [OTHER], table="organization", **ONE)
    directory.merge(key("organization", "Third"), [UMED], table="organization", **ONE)
    after = holds(directory)
    for given_ in (list_of_b(), list_of_a(), third()):
        change = directory.add(given_, on=TODAY)
        assert (change.added.total(), change.changed.total()) == (0, 0)
    assert holds(directory) == after
    assert directory.count("organization") == 1


@pytest.mark.parametrize(
    ("table", "keep", "others", "error"),
    [
        ("organization", UMED, [UMED], InvalidRecord),
        ("organization", UMED, [], InvalidRecord),
        ("organization", UMED, ["nobody"], NotFound),
        ("source", record_id("sample", "source"), [], InvalidRecord),
    ],
)
def test_what_cannot_be_merged_is_refused(
    table: str, keep: str, others: list[str], error: type[Exception], directory: Directory
) -> None:
    directory.add(batch(organization("Umed")), on=TODAY)
    before = holds(directory)
    with pytest.raises(error):
        directory.merge(keep, others, table=table, **ONE)
    assert holds(directory) == before


# -- undoing -------------------------------------------------------------------------------------------------------

PARTS_OF_BATCHES: list[Part] = [
    organization("Umed", phones=["1"]),
    organization("Umed", phones=["2"], email="x@x.example"),
    [*organization("Umed"), *service("Advice", of="Umed", speaks=["tg"])],
    [*organization("Umed", audience="custodian"), *service("Advice", of="Umed", audience="partner")],
    [*organization("Umed"), approval("audience", UMED, "public")],
    [*organization("Other"), *organization("Umed", names={"ru": "Умед"})],
]


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(range(len(PARTS_OF_BATCHES))), st.sampled_from("AB")), min_size=1, max_size=5
    )
)
@settings(max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck))
def test_undoing_step_by_step_leads_back_through_every_state(steps: list[Any], tmp_path_factory: Any) -> None:
    with Directory(tmp_path_factory.mktemp("d") / "directory.db") as directory:
        states = [holds(directory)]
        for parts, source in steps:
            directory.add(batch(PARTS_OF_BATCHES[parts], source=source, file="list.csv"), on=TODAY)
            states.append(holds(directory))
        for number in range(len(steps), 0, -1):
            directory.undo(number, by="Steward", on=TODAY)
            assert holds(directory) == states[number - 1]
        directory.undo(2 * len(steps), by="Steward", on=TODAY)  # the undoing of the first batch
        assert holds(directory) == states[1]


def test_what_later_batches_changed_is_not_undone_and_they_are_named(directory: Directory) -> None:
    directory.add(batch(organization("Umed"), file="a.csv"), on=TODAY)
    directory.add(batch(organization("Umed", description="New"), file="b.csv"), on=TODAY)
    before = holds(directory)
    with pytest.raises(
        InvalidRecord,
        match=r"batch 1 cannot be undone: batch 2 \(b.csv\) changed 2 of its records.*'Umed'.*undo these",
    ):
        directory.undo(1, by="Steward", on=TODAY)
    assert holds(directory) == before
    directory.undo(2, by="Steward", on=TODAY)
    directory.undo(1, by="Steward", on=TODAY)
    assert directory.count("organization") == 0


def test_what_later_records_belong_to_is_not_undone(directory: Directory) -> None:
    directory.add(batch(organization("Umed"), file="a.csv"), on=TODAY)
    directory.add(batch(service("Advice", of="Umed"), file="b.csv", source="B"), on=TODAY)
    with pytest.raises(InvalidRecord, match=r"records of service belong to what it brought.*batch 2 \(b.csv\)"):
        directory.undo(1, by="Steward", on=TODAY)


def test_the_last_batch_is_undone_by_default_and_what_is_undone_is_not_undone_again(directory: Directory) -> None:
    directory.add(batch(organization("Umed"), file="a.csv"), on=TODAY)
    directory.add(batch(organization("Other"), file="b.csv"), on=TODAY)
    assert directory.undo(by="Steward", on=TODAY).removed["organization"] == 1
    with pytest.raises(InvalidRecord, match="batch 2 was undone by batch 3"):
        directory.undo(2, by="Steward", on=TODAY)
    directory.undo(by="Steward", on=TODAY)
    assert directory.count("organization") == 0
    with pytest.raises(NotFound, match="nothing to undo"):
        directory.undo(by="Steward", on=TODAY)
    with pytest.raises(NotFound, match="no batch 77"):
        directory.undo(77, by="Steward", on=TODAY)
    assert [(one.file, one.undone_by and one.undone_by.file) for one in directory.batches()] == [
        ("a.csv", "undo 1"),
        ("b.csv", "undo 2"),
        ("undo 2", None),
        ("undo 1", None),
    ]


def test_a_dry_run_of_undoing_changes_nothing(directory: Directory) -> None:
    directory.add(batch(organization("Umed")), on=TODAY)
    before = list(directory.db.conn.iterdump())
    assert directory.undo(by="Steward", on=TODAY, dry_run=True).removed["organization"] == 1
    assert list(directory.db.conn.iterdump()) == before


def test_on_the_command_line_what_shows_more_waits_for_two_who_sign_in(tmp_path: Path, alone: None) -> None:
    directory = sample_directory(tmp_path)
    directory.agree([each.showing for each in directory.waiting()], by="one", also="other", on=TODAY)
    record, book = key("service", "Legal advice"), Accounts(tmp_path / "accounts.db")
    secrets = {login: enrolled(book, login) for login in ("zarina", "firuz")}
    directory.close()

    def run(*words: str, typed: str = "") -> Any:
        where = ["--directory", str(tmp_path / "directory.db"), "--area", str(TINY), "--today", "2026-11-24"]
        return CliRunner().invoke(app, [*words, *where], input=typed)

    why = ("--reason", "asked for", "--by", "Zarina")
    assert run("edit", record, "do_not_list=yes", *why).exit_code == 0
    assert "wait to be shown" in run("edit", record, "do_not_list=no", *why).output
    with Directory(tmp_path / "directory.db") as again:
        number = again.waiting()[0].batch
        assert record in {each.showing.id for each in again.waiting()}
    listed = run("agree").output
    assert f"Act {number}" in listed
    assert "Legal advice" in listed
    both = ("agree", str(number), "--accounts", str(tmp_path / "accounts.db"), "--as", "zarina", "--and", "firuz")
    assert "two people" in str(run("agree", str(number), "--accounts", both[3], "--as", "zarina").exception)
    codes = {login: pyotp.TOTP(secret).now() for login, secret in secrets.items()}
    wrong = run(*both, typed=f"{PASSWORD}\n{codes['zarina']}\nno\n{codes['firuz']}\n")
    assert wrong.exception is not None
    with Directory(tmp_path / "directory.db") as again:
        assert record in {each.showing.id for each in again.waiting()}


PASSWORD = "twelve green lamps stand"


def enrolled(book: Accounts, login: str) -> str:
    """Make an account of a steward that has met an administrator; return the secret of its codes."""
    now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    token = book.add(login, login.title(), "steward", by="command line", now=now)
    secret = book.begin_enrolment(token, PASSWORD, now=now)
    book.finish_enrolment(token, pyotp.TOTP(secret).at(now), now=now)
    return secret


# -- erasing -------------------------------------------------------------------------------------------------------


def test_a_person_is_found_in_any_script_so_as_to_be_erased(tmp_path: Path) -> None:
    with Directory(tmp_path / "directory.db") as directory:
        person = contact("Мафтуна Қаландарова", organization="Umed")
        directory.add(batch(organization("Umed"), person), on=TODAY)
    tiny = Path(__file__).parents[1] / "tiny"
    for words, found in (("Qalandarova", 1), ("Somebody else", 0), ("12", 0)):
        where = ["--directory", str(tmp_path / "directory.db"), "--area", str(tiny)]
        done = CliRunner().invoke(app, ["contacts", words, *where])
        assert done.exit_code == 0, done.output
        assert done.output.count(person.id) == found


def test_a_person_is_erased_from_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "directory.db"
    name, number = "Мафтуна Қаландарова", "+992005550199"

    def given_() -> Any:
        own = contact(name, organization="Umed", title="Directress of the night house")
        calls = Phone(id="p", number=number, contact_id=own.id)
        return batch(organization("Umed"), own, calls, translations(own, name={"en": "Maftuna Qalandarova"}))

    with Directory(path) as directory:
        directory.add(given_(), on=TODAY)
        changed = given_()
        changed.records.change(Contact, lambda person: setattr(person, "title", "Directress"))
        directory.add(changed, on=TODAY)
        change = erased(directory, key("contact", name), on=TODAY, reason="She asked for it")
        assert change.removed == {"contact": 1, "phone": 1, "translation": 1}
        for file in tmp_path.iterdir():
            content = file.read_bytes()
            for secret in (name, number, "Maftuna", "night house"):
                assert secret.encode() not in content, file
        (line,) = [line for line in directory.history(key("contact", name)) if line["table"] == "contact"]
        assert (line["change"], line["before"], line["after"]) == ("erased", None, None)
        (agreed,) = directory.proposals(waiting=False)
        assert (agreed.reason, agreed.proposed_by, agreed.decided_by) == ("She asked for it", "zarina", "noor")
        directory.add(given_(), on=TODAY)
        assert directory.count("contact") == directory.count("phone") == 0
        with pytest.raises(InvalidRecord, match="nothing was kept"):
            directory.undo(4, by="Steward One", on=TODAY)
        directory.undo(1, by="Steward One", on=TODAY)
        assert directory.count("organization") == 0


def test_only_what_is_about_a_person_is_erased(directory: Directory) -> None:
    directory.add(batch(organization("Umed")), on=TODAY)
    for record in (UMED, "nobody"):
        with pytest.raises(NotFound, match="is no contact and no phone"):
            directory.erase(record, by="Steward One", on=TODAY, reason="asked")


# -- files that were made earlier ----------------------------------------------------------------------------------


def test_a_file_made_before_there_were_claims_gains_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "directory.db"
    with Directory(path) as directory:
        directory.add(sample_batch(), on=TODAY)
        records = {
            table: directory.records(RECORDS[table]) for table in RECORDS if table not in ("decision", "case_count")
        }
    old = sqlite3.connect(path)
    for statement in (
        "DROP TABLE claim",
        "DROP TABLE merged",
        "DROP TABLE decision",
        "DROP TABLE case_count",
        "DELETE FROM history WHERE \"table\" = 'case_count'",
        "ALTER TABLE organization DROP COLUMN do_not_list",
        "ALTER TABLE service DROP COLUMN do_not_list",
        "ALTER TABLE batch DROP COLUMN undoes",
        "ALTER TABLE batch DROP COLUMN reason",
        "DELETE FROM _sqlite_migrations WHERE name = 'keep_undone'",
    ):
        old.execute(statement)
    old.commit()
    old.close()
    with Directory(path) as directory:
        assert {table: directory.records(RECORDS[table]) for table in records} == records
        assert directory.count("case_count") == directory.count("decision") == 0
        directory.add(sample_batch(), on=TODAY)
        assert directory.count("case_count") > 0
        assert directory.undo(by="Steward", on=TODAY).removed["case_count"] > 0
