"""Whoever acts alone shows nothing more, whichever way they write; two people show exactly what was agreed to."""

import datetime as dt
import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any
from unittest.mock import patch

import pytest
import sqlite_utils

from mapping.directory import gate
from mapping.directory.directory import Directory, public_id
from mapping.directory.gate import DECIDING, OnePerson, deciding
from mapping.directory.proposals import Outdated, SamePerson
from mapping.directory.rows import to_row
from mapping.errors import InvalidRecord, NotFound
from mapping.language.taxonomy import vocabulary
from mapping.model import (
    AUDIENCES,
    RECORDS,
    Attribute,
    Organization,
    Phone,
    Provenance,
    Service,
    ServiceAtLocation,
    TaxonomyTerm,
    Translation,
)
from mapping.safety.agreed import FREE, Showing, Shown, digest_of, kept
from mapping.safety.licences import OTHER
from mapping.safety.persons import same_person, two_people
from mapping.safety.redaction import PUBLISHED, VIEWS, TypeRule, project
from tests.support.sample import (
    TODAY,
    allowed,
    approval,
    batch,
    key,
    organization,
    phone,
    place,
    sample_directory,
    service,
    statement,
    term,
)
from tests.support.second_person import SecondPerson

ONE: dict[str, Any] = {"by": "zarina", "on": TODAY, "reason": "a test"}
LOOK_AGAIN = "this is no longer what would be shown; look at it again"
LEGAL, SHELTER = key("service", "Advice"), key("service", "Night")
PARTS = (
    organization("Umed", phones=["+992000100001"], email="a@umed.example"),
    organization("Hidden House", audience="custodian"),
    service("Advice", of="Umed", phones=["+992000100002"], hours=[("MO", "08:00", "17:00")], description="Law"),
    service("Night", of="Umed", types=["ACC-GBV"], audience="public"),
    service("Silent", of="Hidden House"),
    place("Office", of=["Advice"], at=(10.0, 60.1), unit="XT-W2", address="Main street 1", city="Town"),
    place("Refuge", of=["Night"], at=(10.2, 60.2), unit="XT-W2", address="Secret street 9", city="Town"),
)


WORDS = {record.id: record for record in vocabulary() if record.table == "translation"}
"""What the words of the vocabularies are in other languages: most of what a small directory holds."""


def seen(directory) -> dict[str, Shown]:
    """What each audience sees but for `WORDS`, as long as these are what they were."""
    tables = {
        table: [record for record in directory.records(kind) if WORDS.get(record.id) != record]
        for table, kind in RECORDS.items()
    }
    return {
        audience: project(tables, audience, directory.rules(TODAY), directory.agreed(audience)) for audience in VIEWS
    }


def blank(table: str) -> dict[str, Any]:
    return dict.fromkeys(("id", *PUBLISHED[table])) if table in PUBLISHED else {}


def test_records_of_two_tables_that_share_an_id_are_two(directory):
    umed = key("organization", "Umed")
    assert gate._stored(directory.db, "organization", [umed]).keys() == {umed}
    assert not gate._stored(directory.db, "service", [umed])


def test_a_new_gate_shows_nothing_but_the_least_counts_that_rohnamo_shows():
    least = {
        ("threshold", name): {"id": name, "least": count} for name, count in (("case_cells", 10), ("providers", 3))
    }
    with sqlite_utils.Database(memory=True) as db:
        gate.create_gate(db)
        assert [dict(gate.agreed(db, audience)) for audience in VIEWS] == [least] * 3
        assert db.execute("SELECT count(*) FROM shown").fetchone() == (2,)


def test_what_two_people_show_at_once_waits_no_more(directory):
    phones: dict[str, Any] = {"phones": ["+992000100001"]}
    with patch.object(SecondPerson, "present", False):
        directory.add(batch(organization("Umed", email="new@umed.example", **phones)), by="zarina", on=TODAY)
    assert directory.waiting() != []
    newer = batch(organization("Umed", email="newer@umed.example", **phones))
    directory.add(newer, by="zarina", on=TODAY, agreed_by="umed")
    assert directory.waiting() == []


def test_what_is_agreed_to_in_part_leaves_the_rest_as_it_was():
    before = {"id": "a", "number": "1", "description": "by day"}
    row = {"id": "a", "number": "2", "description": None}
    changed = Showing("partner", "phone", "a", {"number": ("1", "2")}, appears=False)
    after = {"id": "a", "number": "2", "description": "by day"}
    assert gate._with_shown([changed], (row, row, row), (before, before, None)) == (before, after, None)
    new = changed._replace(audience="focal_point", appears=True)
    assert gate._with_shown([new], (None, None, row), (None, None, None)) == (None, None, row)


def test_what_several_see_alike_stands_once(directory):
    directory.add(batch(organization("Sitora", audience="partner")), by="zarina", on=TODAY, agreed_by="umed")
    with patch.object(SecondPerson, "present", False):
        directory.edit("organization", key("organization", "Umed"), {"email": "new@umed.example"}, **ONE)
    partner = [waits.showing for waits in directory.waiting() if waits.showing.audience == "partner"]
    directory.agree(partner, by="umed", on=TODAY)
    stored = directory.db.execute("SELECT * FROM shown").fetchall()
    told_apart = {tuple(line[2:5]) for line in stored if line[1] == key("organization", "Umed")}
    assert told_apart == {(1, 0, 1), (0, 1, 0)}
    assert {tuple(line[2:5]) for line in stored if line[1] == key("organization", "Sitora")} == {(0, 1, 1)}


def test_rows_are_kept_without_blank_fields_and_read_as_well_with_them(directory):
    def stored():
        return directory.db.conn.execute('SELECT "row", record, "table" FROM shown').fetchall()

    before, known, views = stored(), dict(directory.agreed("public")), seen(directory)
    assert all(None not in json.loads(row).values() for row, *_ in before)
    whole = [(json.dumps(blank(key[1]) | json.loads(row)), *key) for row, *key in before]
    assert whole != before
    directory.db.conn.executemany(
        'UPDATE shown SET "row" = ? WHERE record = ? AND "table" = ?', whole
    )  # as version 0.1 kept them
    assert dict(directory.agreed("public")) == known
    assert seen(directory) == views
    directory.catch_up(on=TODAY + dt.timedelta(days=1))
    assert directory.waiting() == []
    assert dict(directory.agreed("public")) == known


def less_precise(row: dict[str, Any], name: str) -> bool:
    """Whether a field says no more than that a place is shown by its unit now."""
    return row.get("precision") == "area" and name in ("precision", "position_basis", "location_type", "area_unit")


def values(directory) -> Iterator[tuple[str, str, dict[str, Any], str, Any]]:
    """Every value that stands in some view: audience, table, row, field, value."""
    for audience, shown in seen(directory).items():
        for table, rows in shown.items():
            for row in rows:
                for name, value in row.items():
                    yield audience, table, row, name, value


def facts(directory) -> set[tuple[Any, ...]]:
    """Everything that anybody may read: (audience, table, id, field, value)."""
    return {
        (audience, table, row["id"], name, value)
        for audience, table, row, name, value in values(directory)
        if value not in (None, "") and name not in ("id", "audience") and not less_precise(row, name)
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory, tiny_area):
    folder = tmp_path_factory.mktemp("made")
    sample_directory(folder, tiny_area, *PARTS).close()
    return folder


@pytest.fixture
def directory(made, tmp_path, tiny_area, monkeypatch):
    folder = shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    with Directory(folder / "directory.db", tiny_area) as opened:
        monkeypatch.setattr(SecondPerson, "present", False)
        opened.signed_in = True
        yield opened


def one_person(directory, act):
    before = facts(directory)
    act()
    assert facts(directory) <= before


def test_a_kind_that_hides_hides_until_two_people_agree(directory):
    own = next(one for one in directory.records(Attribute, link_id=SHELTER) if one.link_type == "service_type")
    kind = {"taxonomy_term_id": term("service_types", "LEG-INF")}
    one_person(directory, lambda: directory.edit("attribute", own.id, kind, **ONE))
    assert any(each.showing.id == SHELTER for each in directory.waiting())


def test_the_next_list_that_leaves_the_kind_out_or_adds_another_shows_nothing(directory):
    changed = [*PARTS[:3], service("Night", of="Umed", types=["LEG-INF"]), *PARTS[4:]]
    one_person(directory, lambda: directory.add(batch(*changed), on=TODAY))


def test_a_service_moved_from_a_hidden_organization_stays_hidden(directory):
    own = {"organization_id": key("organization", "Umed")}
    one_person(directory, lambda: directory.edit("service", key("service", "Silent"), own, **ONE))


def test_a_tie_moved_to_a_shelters_place_does_not_show_it(directory):
    (tie,) = directory.records(ServiceAtLocation, service_id=LEGAL)
    place_ = {"location_id": key("location", "Refuge")}
    one_person(directory, lambda: directory.edit("service_at_location", tie.id, place_, **ONE))


def test_undoing_what_hid_something_shows_nothing(directory):
    directory.edit("service", LEGAL, {"audience": "custodian"}, **ONE)
    one_person(directory, lambda: directory.undo(by="zarina", on=TODAY))
    assert {each.showing.id for each in directory.waiting()} >= {LEGAL}


@pytest.mark.parametrize("keep", ["Umed", "Hidden House"])
def test_merging_with_something_hidden_and_undoing_it_shows_nothing(directory, keep):
    other = ({"Umed", "Hidden House"} - {keep}).pop()
    ids = key("organization", keep), [key("organization", other)]
    one_person(directory, lambda: directory.merge(*ids, table="organization", **ONE))
    one_person(directory, lambda: directory.undo(by="zarina", on=TODAY))


@pytest.mark.parametrize("keep", ["Office", "Refuge"])
def test_merging_a_secret_place_with_a_public_one_shows_nothing(directory, keep):
    other = ({"Office", "Refuge"} - {keep}).pop()
    ids = key("location", keep), [key("location", other)]
    one_person(directory, lambda: directory.merge(*ids, table="location", **ONE))


def two_organizations(directory) -> tuple[str, str]:
    """Two organizations that the public sees, each with a service."""
    other = [organization("Umed too", phones=["+992000100009"]), service("Lawyers", of="Umed too")]
    directory.add(batch(*other), by="zarina", on=TODAY, agreed_by="umed")
    return key("organization", "Umed"), key("organization", "Umed too")


def test_a_merge_waits_as_a_whole(directory):
    keep, lost = two_organizations(directory)
    before = facts(directory)
    change = directory.merge(keep, [lost], table="organization", **ONE)
    assert facts(directory) == before
    assert change.shows
    assert not directory.waiting()
    (asked,) = directory.proposals()
    assert (asked.id, asked.kind, asked.proposed_by) == (change.proposal, "merge", "zarina")
    directory.decide(asked.id, "accepted", by="umed", on=TODAY)
    services = {row["id"]: row for row in seen(directory)["public"]["service"]}
    assert services[key("service", "Lawyers")]["organization_id"] == keep
    assert lost not in {row["id"] for row in seen(directory)["public"]["organization"]}


def test_a_merge_that_shows_nothing_is_done_at_once(directory):
    hidden = [organization("Hidden too", audience="custodian")]
    directory.add(batch(*hidden), by="zarina", on=TODAY)
    both = key("organization", "Hidden House"), [key("organization", "Hidden too")]
    assert not directory.merge(*both, table="organization", **ONE).proposal
    assert not directory.proposals()


def test_of_two_that_were_to_be_merged_neither_may_have_changed(directory):
    keep, lost = two_organizations(directory)
    asked = directory.merge(keep, [lost], table="organization", **ONE).proposal
    directory.edit("organization", lost, {"description": "Moved"}, **ONE)
    with pytest.raises(Outdated):
        directory.decide(asked, "accepted", by="umed", on=TODAY)


@pytest.mark.parametrize("kind", ["audience", "precision", "statement"])
def test_what_two_people_agreed_to_until_a_day_one_person_prolongs_by_none(directory, kind, monkeypatch):
    """Whatever one writes before the end shows nothing that day: it is kept until when it was agreed to."""
    end, far, day = dt.date(2027, 6, 1), dt.date(2036, 1, 1), dt.date(2027, 6, 2)
    house, office = key("organization", "Hidden House"), key("location", "Office")
    records = {
        "audience": approval("audience", house, "public", consent_until=end),
        "precision": approval("precision", office, "exact", consent_until=end),
        "statement": statement("A bed can be arranged", consent_until=end),
    }
    own = records[kind]
    if kind == "precision":
        directory.add(batch(place("Office", of=["Advice"], unit="XT-W2", precision="none")), by="zarina", on=TODAY)
    monkeypatch.setattr(SecondPerson, "present", True)
    directory.add(batch(own), by="zarina", on=TODAY)
    monkeypatch.setattr(SecondPerson, "present", False)
    lowered = {"audience": house, "precision": office, "statement": own.id}[kind]

    def shown_on(day: dt.date) -> bool:
        rows = project(directory.tables(), "public", directory.rules(day), directory.agreed("public"))
        assert not any("until" in name for row in rows["organization"] + rows["location"] for name in row)
        return lowered in {row["id"] for table in ("organization", "location", "statement") for row in rows[table]}

    assert shown_on(end)
    assert not shown_on(day)
    directory.add(batch(own.model_copy(update={"consent_until": far})), by="zarina", on=TODAY)
    assert shown_on(end)
    assert not shown_on(day)
    directory.catch_up(on=day)
    assert not shown_on(day)
    directory.agree([each.showing for each in directory.waiting()], by="umed", also="noor", on=day)
    assert shown_on(day)


def test_words_and_licences_of_a_list_lead_nowhere(directory, tmp_path):
    """Nobody is asked about them, so that one person's list could say in them where to call."""
    word = TaxonomyTerm(id="own", code="OWN", name="Food", description="Bread")
    said = Attribute(
        id="said", link_id=LEGAL, link_entity="service", link_type="classification", taxonomy_term_id="own"
    )
    in_russian = Translation(
        id="ru", link_id="own", link_entity="taxonomy_term", field="name", language="ru", text="Еда"
    )
    directory.add(batch(word, said, in_russian), by="zarina", on=TODAY, agreed_by="umed")
    trap = word.model_copy(update={"name": "Food: trap@evil.example", "description": "evil.example/bread"})
    sender = batch().source
    origin = Provenance(id="from", link_id=LEGAL, link_entity="service", source_id=sender.id, source_key="1")
    changed = batch(trap, said, origin, in_russian.model_copy(update={"text": "Еда: call 1414"}))
    changed.source = sender.model_copy(update={"licence": "CC BY 4.0, evil.example"})
    directory.add(changed, by="zarina", on=TODAY)
    with directory.view("public", tmp_path / "public.db", edition=TODAY) as view:
        assert view.licences == (OTHER,)
        assert not [row for row in view.rows("taxonomy_term") if row["code"] == "OWN"]
        assert not [row for row in view.rows("translation") if "Еда" in row["text"]]
        assert not [row for row in view.rows("attribute") if row["taxonomy_term_id"] == public_id(directory.key, "own")]
        law = next(row for row in view.rows("taxonomy_term") if row["code"] == "LEG-INF")
        assert law["name"]


def test_what_was_looked_at_is_shown_and_nothing_that_was_slipped_in_since(directory):
    """Whoever proposes to show a hidden service changes its number, which takes nobody else, before another agrees."""
    hidden = service("Line", of="Umed", audience="custodian", phones=["+992000100005"])
    directory.add(batch(*hidden), by="zarina", on=TODAY)
    line, own = hidden[0].id, next(part for part in hidden if part.table == "phone")
    approvals = [approval("audience", own.id, "public")]
    directory.add(batch(*approvals), by="zarina", on=TODAY)
    consent = {"consent_by": "the operator", "consent_until": dt.date(2027, 6, 1)}
    asked = directory.propose("audience", "service", line, {"value": "public"}, **ONE, **consent)
    looked_at = digest_of(directory.would_show(asked, on=TODAY))
    directory.edit("phone", own.id, {"number": "+992999999999"}, **ONE)
    before = facts(directory)
    with pytest.raises(Outdated):
        directory.decide(asked, "accepted", by="umed", on=TODAY, looked_at=looked_at)
    assert facts(directory) == before
    looked_at = digest_of(directory.would_show(asked, on=TODAY))
    directory.decide(asked, "accepted", by="umed", on=TODAY, looked_at=looked_at)
    assert "+992999999999" in {row["number"] for row in seen(directory)["public"]["phone"]}


@pytest.mark.parametrize("signed_in", [(False, True), (True, False), (False, False)])
def test_what_somebody_proposed_who_did_not_sign_in_takes_two_who_did(directory, signed_in):
    fields = {"service_id": LEGAL, "number": "+992999999999", "audience": "public"}
    proposer, decider = signed_in

    def act():
        directory.signed_in = proposer
        asked = directory.propose("add", "phone", "new", fields, **ONE)
        directory.signed_in = decider
        directory.decide(asked, "accepted", by="umed", on=TODAY)

    one_person(directory, act)
    directory.signed_in = True
    if not directory.waiting():  # whoever agreed to what nobody signed for has proposed it
        (asked,) = directory.proposals()
        with pytest.raises(SamePerson):
            directory.decide(asked.id, "accepted", by="umed", on=TODAY)
        directory.decide(asked.id, "accepted", by="noor", on=TODAY)
    else:
        directory.agree([each.showing for each in directory.waiting()], by="noor", also="zarina", on=TODAY)
    assert "+992999999999" in {row["number"] for row in seen(directory)["public"]["phone"]}


def test_a_changed_contact_in_the_next_list_leaves_the_old_one(directory):
    own = directory.records(Phone, service_id=LEGAL)[0]
    changed = [
        organization("Umed", phones=["+992000100001"], email="trap@evil.example"),
        phone("+992000100002", service="Advice").model_copy(update={"number": "+992999999999"}),
    ]
    one_person(directory, lambda: directory.add(batch(*changed), on=TODAY))
    shown = {row["id"]: row for row in seen(directory)["public"]["phone"]}
    assert shown[own.id]["number"] == "+992000100002"
    bodies = {row["id"]: row for row in seen(directory)["public"]["organization"]}
    assert bodies[key("organization", "Umed")]["email"] == "a@umed.example"


def test_another_text_waits_for_a_second_person(directory):
    one_person(directory, lambda: directory.edit("service", LEGAL, {"description": "Call +992 99 999 99 99"}, **ONE))
    one_person(directory, lambda: directory.edit("service", LEGAL, {"description": "Wait at the north gate"}, **ONE))


def test_an_approval_of_two_typed_names_shows_nothing(directory):
    lowered = [approval("audience", SHELTER, "public"), approval("precision", SHELTER, "exact")]
    one_person(directory, lambda: directory.add(batch(*lowered), on=TODAY))


def test_two_people_show_exactly_what_was_agreed_to(directory):
    own = directory.records(Phone, service_id=LEGAL)[0]
    directory.edit("phone", own.id, {"number": "+992999999999"}, **ONE)
    wanted = [each.showing for each in directory.waiting()]
    assert {each.fields["number"] for each in wanted} == {("+992000100002", "+992999999999")}
    with pytest.raises(OnePerson) as caught:
        directory.agree(wanted, by=" ZАRINA\u200b", on=TODAY)
    assert str(caught.value) == "a second person must agree; you did this yourself"
    directory.agree(wanted, by="umed", on=TODAY)
    assert not directory.waiting()
    assert {row["number"] for row in seen(directory)["public"]["phone"] if row["id"] == own.id} == {"+992999999999"}
    with pytest.raises(NotFound) as gone:
        directory.agree(wanted, by="umed", on=TODAY)
    assert str(gone.value) == LOOK_AGAIN


def test_one_audience_is_shown_no_more_for_what_another_is(directory):
    own = directory.records(Phone, service_id=LEGAL)[0]
    directory.edit("phone", own.id, {"number": "+992999999999"}, **ONE)
    public, *others = (
        (each.showing for each in directory.waiting() if each.showing.audience == "public"),
        *(each.showing for each in directory.waiting() if each.showing.audience != "public"),
    )
    assert len(others) == 2
    assert directory.agree(list(public), by="umed", on=TODAY)
    numbers = {
        audience: {row["id"]: row["number"] for row in shown["phone"]}[own.id]
        for audience, shown in seen(directory).items()
    }
    assert numbers == {"public": "+992999999999", "partner": "+992000100002", "focal_point": "+992000100002"}
    assert [each.showing for each in directory.waiting()] == others


def test_what_waits_is_told_with_its_act(directory):
    changed = [organization("Umed", phones=["+992000100001"], email="new@umed.example")]
    shows = directory.add(batch(*changed), by="zarina", on=TODAY).shows
    waits = directory.waiting()
    assert shows == {"organization": 1}
    assert [each.showing.audience for each in waits] == sorted(VIEWS)
    assert {(each.by, each.what, each.on) for each in waits} == {("zarina", "sample.csv", TODAY)}
    assert {each.showing.fields["email"] for each in waits} == {("a@umed.example", "new@umed.example")}
    assert {each.showing.appears for each in waits} == {False}
    assert len({each.batch for each in waits}) == 1
    assert gate.waiting(directory.db, waits[0].batch) == waits
    assert gate.waiting(directory.db, waits[0].batch - 1) == []


def test_the_least_counts_are_agreed_to_by_their_names(directory):
    assert dict(gate.agreed_thresholds(directory.db, "public")) == {
        ("threshold", name): {"id": name, "least": least} for name, least in (("case_cells", 10), ("providers", 3))
    }


def test_what_an_earlier_version_shows_is_taken_for_agreed(directory):
    before = [dict(directory.agreed(audience)) for audience in VIEWS]
    assert all(before)
    directory.db.execute("DELETE FROM shown")
    gate.pass_everything(directory, directory.rules(TODAY))
    assert [dict(directory.agreed(audience)) for audience in VIEWS] == before


def test_nobody_agrees_alone_to_what_nobody_did(directory):
    directory.signed_in = False
    directory.edit("organization", key("organization", "Umed"), {"email": "new@umed.example"}, **ONE)
    wanted = [each.showing for each in directory.waiting()]
    with pytest.raises(OnePerson):
        gate.agree(directory, directory.rules(TODAY), wanted, by="umed")


def test_a_point_that_was_hidden_meanwhile_is_looked_at_again(directory):
    office = key("location", "Office")
    directory.edit("location", office, {"latitude": 10.01}, **ONE)
    wanted = [each.showing for each in directory.waiting()]
    assert {each.id for each in wanted} == {office}
    directory.db.execute("UPDATE location SET precision = 'area' WHERE id = ?", [office])
    with pytest.raises(NotFound):
        directory.agree(wanted, by="umed", on=TODAY)


@pytest.mark.parametrize("most", [3, 2])
def test_agreeing_to_a_few_looks_at_these_alone(directory, monkeypatch, most):
    """And at everything, where that is quicker."""
    looked = []
    for name in ("_tables", "_rows"):
        real = getattr(gate, name)
        monkeypatch.setattr(gate, name, lambda *args, real=real: looked.append(args[-1]) or real(*args))
    read = what_is_read(monkeypatch)
    directory.edit("organization", key("organization", "Umed"), {"email": "new@umed.example"}, **ONE)
    wanted = [each.showing for each in directory.waiting()]
    assert len(wanted) == 3
    monkeypatch.setattr(gate, "MANY", most)
    looked.clear()
    read.clear()
    gate.agree(directory, directory.rules(TODAY), wanted, by="umed")
    own = {"organization": {key("organization", "Umed")}} if most == 3 else None
    assert looked == [own] * 2
    assert read == (own or dict.fromkeys((*gate.TELLING, "threshold")))


def what_is_read(monkeypatch) -> dict[str, Any]:
    """Table -> ids of which it is read what was agreed to, or None for all; filled when it is read."""
    read, real = {}, gate._stored

    def stored(db, table, ids):
        read[table] = ids
        return real(db, table, ids)

    monkeypatch.setattr(gate, "_stored", stored)
    return read


def test_what_is_gone_is_forgotten_and_waits_no_more_wherever_its_id_stands(directory):
    """With ids before, between and after those that are still there."""
    rules, ids = directory.rules(TODAY), ["0", "m", "z"]
    before = {audience: dict(directory.agreed(audience)) for audience in VIEWS}
    for record in ids:
        for table in ("phone", "accessibility"):  # some records, and none
            directory.db.execute("INSERT INTO shown VALUES (?, ?, 1, 0, 1, '{}')", [table, record])
            line = [record, table, "public", "digest", "{}", 1, 1, "zarina"]
            directory.db.execute("INSERT INTO waiting VALUES (?, ?, ?, ?, ?, ?, ?, ?)", line)
    assert len(directory.agreed("public")) == len(before["public"]) + 6
    gate._compare(directory.db, deciding(directory.db), rules, None)
    assert {audience: dict(directory.agreed(audience)) for audience in VIEWS} == before
    assert not directory.waiting()


def test_each_act_tells_of_how_many_records_it_shows_more(directory):
    """Once of each record, whoever sees it; nothing of what waits or is shown already."""
    number = {"service_id": LEGAL, "number": "+992000100077", "audience": "public"}
    fields = {"name": "Umed the second", "email": "new@umed.example"}
    assert directory.edit("organization", key("organization", "Umed"), fields, **ONE).shows == {"organization": 1}
    assert directory.edit("organization", key("organization", "Umed"), {"year_incorporated": 2001}, **ONE).shows == {}
    own = Phone(id=key("phone", "new"), **number)
    assert directory.add(batch([own]), by="zarina", on=TODAY, agreed_by="umed").shows == {"phone": 1}
    assert directory.add(batch([own]), by="zarina", on=TODAY, agreed_by="umed").shows == {}


def test_what_an_act_would_show_is_told_whoever_did_it(directory):
    umed = key("organization", "Umed")
    for agreed_by in (None, "umed"):
        with directory.acting("look", by="zarina", on=TODAY, keep=False, agreed_by=agreed_by) as writing:
            number = Phone(id="x", organization_id=umed, number="+992000100077", audience="public")
            row = to_row(directory.record(Organization, umed)) | {"email": "new@umed.example"}
            writing.put("organization", {umed: row})
            writing.put("phone", {"x": to_row(number)})
        assert {(showing.audience, showing.table, showing.id) for showing in writing.change.showings} == {
            (audience, *record) for audience in VIEWS for record in [("organization", umed), ("phone", "x")]
        }
        assert writing.change.shows == {"organization": 1, "phone": 1}


@pytest.mark.parametrize("most", [9, 0])
def test_an_act_looks_at_what_it_touches_alone(directory, monkeypatch, most):
    """And at everything, where it changed much."""
    looked = []
    for name in ("_tables", "_rows"):
        real = getattr(gate, name)
        monkeypatch.setattr(gate, name, lambda *args, real=real: looked.append(args[-1]) or real(*args))
    read = what_is_read(monkeypatch)
    monkeypatch.setattr(gate, "MANY", most)
    unwanted = "needed_for" if most == 0 else "deciding"
    monkeypatch.setattr(gate, unwanted, lambda *_: pytest.fail("other records were read"))
    directory.edit("service", LEGAL, {"description": "Lawyers"}, **ONE)
    touched = gate.touched_by(directory.db, *directory.db.execute("SELECT max(number) FROM batch").fetchone())
    assert touched is None if most == 0 else LEGAL in touched["service"]
    assert looked == [touched] * 2
    own = {table: ids for table, ids in (touched or {}).items() if ids and table in gate.TELLING}
    assert read == (own or dict.fromkeys((*gate.TELLING, "threshold")))


def test_on_the_same_day_under_the_same_rules_nothing_is_compared(directory, monkeypatch):
    monkeypatch.setattr(gate, "_compare", lambda *_, **__: pytest.fail("it was compared"))
    gate.catch_up(directory, directory.rules(TODAY))


def test_what_was_looked_at_is_not_what_stands_there_later(directory):
    own = directory.records(Phone, service_id=LEGAL)[0]
    directory.edit("phone", own.id, {"number": "+992999999999"}, **ONE)
    wanted = [each.showing for each in directory.waiting()]
    directory.edit("phone", own.id, {"number": "+992888888888"}, **ONE)
    with pytest.raises(NotFound):
        directory.agree(wanted, by="umed", on=TODAY)


def test_a_lapsed_consent_takes_two_people_again(directory):
    until = {"consent_until": TODAY + dt.timedelta(days=5)}
    lowered = [approval("audience", SHELTER, "public", **until)]
    directory.add(batch(*lowered), on=TODAY, by="zarina", agreed_by="umed")
    assert SHELTER in {row["id"] for row in seen(directory)["public"]["service"]}
    later = TODAY + dt.timedelta(days=6)
    directory.edit("service", LEGAL, {"description": "Later"}, by="zarina", on=later, reason="later")
    again = [approval("audience", SHELTER, "public", consent_until=later + dt.timedelta(days=90))]
    directory.add(batch(*again), on=later, by="zarina")
    assert SHELTER not in {row["id"] for row in seen(directory)["public"]["service"]}


def test_what_nobody_is_known_to_have_done_is_taken_up_by_one_and_agreed_to_by_another(directory):
    directory.signed_in = False
    directory.edit("organization", key("organization", "Umed"), {"email": "new@umed.example"}, **ONE)
    directory.signed_in = True
    wanted = [each.showing for each in directory.waiting()]
    with pytest.raises(OnePerson):
        directory.agree(wanted, by="umed", on=TODAY)
    directory.take_up(wanted, by="umed", on=TODAY)
    with pytest.raises(NotFound) as gone:
        directory.take_up(wanted, by="nigora", on=TODAY)
    assert str(gone.value) == LOOK_AGAIN
    with pytest.raises(OnePerson):
        directory.agree(wanted, by="Umed", on=TODAY)
    directory.agree(wanted, by="nigora", on=TODAY)
    assert ("public", "organization", key("organization", "Umed"), "email", "new@umed.example") in facts(directory)


def test_whoever_began_what_another_goes_on_with_does_not_agree_to_it(directory):
    umed, other = key("organization", "Umed"), ONE | {"by": "umed"}
    directory.edit("organization", umed, {"email": "trap@evil.example"}, **ONE)
    directory.edit("organization", umed, {"website": "https://umed.example"}, **other)
    wanted = [each.showing for each in directory.waiting()]
    assert {each.by for each in directory.waiting()} == {""}  # of two, so that it takes two who look at all of it
    for by in ("zarina", "umed"):
        with pytest.raises(OnePerson):
            directory.agree(wanted, by=by, on=TODAY)
    directory.take_up(wanted, by="umed", on=TODAY)
    directory.agree(wanted, by="zarina", on=TODAY)
    assert ("public", "organization", umed, "website", "https://umed.example") in facts(directory)


def test_whoever_puts_something_else_in_its_place_did_it_alone(directory):
    umed, other = key("organization", "Umed"), ONE | {"by": "umed"}
    directory.edit("organization", umed, {"email": "trap@evil.example"}, **ONE)
    directory.edit("organization", umed, {"email": "b@umed.example"}, **other)
    assert {each.by for each in directory.waiting()} == {"umed"}
    directory.edit("organization", umed, {"website": "https://umed.example"}, **(other | {"by": " UMED"}))
    assert {each.by for each in directory.waiting()} == {" UMED"}
    directory.edit("organization", umed, {"email": "a@umed.example", "website": None}, **ONE)
    assert not directory.waiting()


def test_another_study_area_is_refused_and_takes_nothing_away(directory):
    before = facts(directory)
    with Directory(directory.path) as other, pytest.raises(InvalidRecord, match="study area XT"):
        other.edit("service", LEGAL, {"description": "Later"}, **ONE)
    assert facts(directory) == before


def test_rules_that_show_more_show_nothing_until_two_agree(directory, monkeypatch):
    rules = directory.rules(TODAY)
    stricter = replace(rules, types=dict.fromkeys(rules.types, TypeRule("custodian", "none")), digest="stricter")
    with monkeypatch.context() as patch:
        patch.setattr(Directory, "rules", lambda *_: stricter)
        directory.edit("organization", key("organization", "Umed"), {"legal_status": "NGO"}, **ONE)
    before = facts(directory)
    assert not any(LEGAL in fact for fact in before)
    directory.edit("organization", key("organization", "Umed"), {"legal_status": "union"}, **ONE)
    assert facts(directory) <= before | {fact for fact in facts(directory) if "legal_status" in fact}
    advice = [each for each in directory.waiting() if each.showing.id == LEGAL]
    assert [(each.by, each.what, each.on) for each in advice] == [("", "", dt.date.min)] * 3
    directory.agree([each.showing for each in directory.waiting()], by="umed", also="nigora", on=TODAY)
    assert any(LEGAL in fact for fact in facts(directory))


def test_an_act_of_an_earlier_day_forgets_nothing(directory):
    lowered = [approval("audience", SHELTER, "public", approved_on=TODAY)]
    directory.add(batch(*lowered), on=TODAY, by="zarina", agreed_by="umed")
    before = facts(directory)
    directory.edit("service", LEGAL, {"status": "active"}, by="zarina", on=TODAY - dt.timedelta(days=9), reason="late")
    assert facts(directory) == before


def test_an_act_of_an_earlier_day_leaves_a_place_that_was_not_yet_shown_exactly_then(directory):
    office = key("location", "Office")
    directory.edit("location", office, {"precision": "area"}, **ONE)
    exact = [approval("precision", office, "exact", approved_on=TODAY)]
    directory.add(batch(*exact), on=TODAY, by="zarina", agreed_by="umed")
    before = facts(directory)
    assert ("public", "location", office, "latitude", 10.0) in before
    directory.edit("service", LEGAL, {"status": "active"}, by="zarina", on=TODAY - dt.timedelta(days=9), reason="late")
    assert facts(directory) == before
    assert not directory.waiting()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna", "Аnnа"),
        ("Anna", "An\u200bna"),
        ("Anna", "Ａｎｎａ"),
        ("Anna", " ANNA"),
        ("Анна", "Anna"),
        ("Zoë", "zoe"),
    ],
)
def test_one_name_spelt_otherwise_is_one_person(one, other):
    assert same_person(one, other)


def test_two_names_are_two_people_and_none_is_nobody():
    assert two_people("Zarina", "Umed")
    assert not two_people("", "Umed")
    assert not two_people("Zarina", " \u200b")


@pytest.mark.parametrize("kind", RECORDS.values(), ids=lambda kind: kind.table)
def test_every_day_of_a_row_is_compared_as_the_text_that_is_kept(kind):
    """What is kept is JSON: a day that stayed a day would read as changed for ever."""
    row = {"id": "x"} | {
        name: TODAY if "date" in str(field.annotation) else "text" for name, field in kind.model_fields.items()
    }
    if kind.table not in FREE:
        shown = kept(kind.table, row)
        assert json.loads(json.dumps(shown)) == shown == row | {k: str(v) for k, v in row.items()}


def test_what_belongs_to_something_that_custodians_keep_is_not_read(directory):
    directory.edit("service", LEGAL, {"audience": "custodian"}, **ONE)
    read = {record.id for records in deciding(directory.db).values() for record in records}
    assert {record.id for record in directory.records(Service)} & read == {SHELTER}
    for kind in (Attribute, Phone):
        of = {record.id: record.get("link_id") or record.get("service_id") for record in directory.records(kind)}
        assert {of[record] for record in read & of.keys()} == {*of.values()} - {LEGAL}


def test_what_custodians_keep_need_not_be_read_to_tell_what_others_see(directory) -> None:
    """With markings by chance, also none and unknown ones, and lowered ones, the rows are those of the whole file."""
    chance, shown = random.Random(7), 0
    marked = [table for table in DECIDING if "audience" in RECORDS[table].model_fields]
    subjects = [record.id for table in marked for record in directory.records(RECORDS[table])]
    for turn in range(12):
        for table in marked:
            for record in directory.records(RECORDS[table]):
                audience = chance.choice([*AUDIENCES, "public", "public", "everybody", None])
                directory.db.execute(f'UPDATE "{table}" SET audience = ? WHERE id = ?', [audience, record.id])
        if turn % 5 == 0:
            subject, audience = chance.choice(subjects), chance.choice(AUDIENCES)
            directory.add(batch(approval("audience", subject, audience)), by="zarina", on=TODAY)
        rules = directory.rules(TODAY)
        rows, whole = allowed(deciding(directory.db), rules), allowed(directory.tables(DECIDING), rules)
        for audience, table in product(VIEWS, gate.TELLING):
            assert {row["id"]: row for row in rows[audience][table]} == {
                row["id"]: row for row in whole[audience][table]
            }
        shown += sum(len(own) for tables in rows.values() for own in tables.values())
    assert shown > 120


def remove_phone(directory, **how: Any) -> Phone:
    own: Phone = directory.records(Phone, service_id=LEGAL)[0]
    with directory.acting("look", **({"by": "zarina", "on": TODAY} | how)) as writing:
        writing.remove("phone", [own.id])
    return own


def shown_numbers(directory, tmp_path) -> set[str]:
    with directory.view("public", tmp_path / "seen.db", edition=TODAY) as view:
        return {number for (number,) in view.connection.execute("SELECT number FROM phone")}


def test_a_number_that_one_person_takes_away_stays_until_another_agrees(directory, tmp_path):
    own = remove_phone(directory)
    assert own.number in shown_numbers(directory, tmp_path)
    waits = [each.showing for each in directory.waiting()]
    assert {(each.id, each.owner, each.appears) for each in waits} == {(own.id, ("service", LEGAL), False)}
    assert all(each.fields["number"] == (own.number, None) for each in waits)
    with pytest.raises(OnePerson):
        directory.agree(waits, by="zarina", on=TODAY)
    directory.agree(waits, by="umed", on=TODAY)
    assert own.number not in shown_numbers(directory, tmp_path)
    assert directory.waiting() == []


def test_a_number_that_two_people_take_away_is_gone_at_once(directory, tmp_path):
    own = remove_phone(directory, agreed_by="umed")
    assert own.number not in shown_numbers(directory, tmp_path)
    assert directory.waiting() == []


@pytest.mark.parametrize("table", ["service", "organization"])
def test_a_number_that_was_taken_away_goes_with_what_it_belongs_to(directory, tmp_path, table):
    """And does not come back with it unasked."""
    own = remove_phone(directory)
    identifier = LEGAL if table == "service" else key("organization", "Umed")
    directory.edit(table, identifier, {"do_not_list": True}, **ONE)
    assert own.number not in shown_numbers(directory, tmp_path)
    assert not [each for each in directory.waiting() if each.showing.id == own.id]
    directory.edit(table, identifier, {"do_not_list": False}, **ONE)
    directory.agree([each.showing for each in directory.waiting()], by="umed", on=TODAY)
    assert own.number not in shown_numbers(directory, tmp_path)


def test_a_number_that_was_taken_away_and_comes_back_waits_no_more(directory, tmp_path):
    own = remove_phone(directory)
    directory.add(batch(own), by="zarina", on=TODAY)
    assert own.number in shown_numbers(directory, tmp_path)
    assert directory.waiting() == []


def test_the_next_list_with_another_number_leaves_the_old_one_until_two_agree(directory, tmp_path):
    changed = [
        organization("Umed", phones=["+992000100001"]),
        *service("Advice", of="Umed", types=["LEG-INF"]),
        phone("+992999999999", service="Advice"),
    ]
    (own,) = directory.records(Phone, service_id=LEGAL)
    directory.add(batch(*changed), on=TODAY)
    assert own.number in shown_numbers(directory, tmp_path)
    assert "+992999999999" not in shown_numbers(directory, tmp_path)
