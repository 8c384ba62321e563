"""Proposals: nothing happens before a second person agrees, and then what was proposed and nothing else."""

import datetime as dt

import pytest

from mapping.directory.erasure import StillTold
from mapping.directory.proposals import Outdated, SamePerson, version
from mapping.errors import InvalidRecord, NotFound
from mapping.model import RECORDS, Approval, Attribute, Contact, Phone, Service, record_id
from mapping.safety.redaction import project
from tests.support.sample import TODAY, key, organization, place, sample_directory, service
from tests.support.second_person import SecondPerson, erased

PHONE = {"service_id": key("service", "Advice"), "number": "+992000100055", "audience": "public"}
NEW = record_id("stewards", "phone", "new")
PEOPLE = {
    record_id("stewards", "contact", title): {"service_id": key("service", "Advice"), "name": "Gulnoz Safarova"}
    for title in ("first", "second")
}


@pytest.fixture
def directory(tmp_path, tiny_area):
    parts = (
        organization("Umed", phones=["+992000100001"]),
        service("Advice", of="Umed"),
        place("Office", of=["Advice"], at=(10.0, 60.1), unit="XT-W2"),
        organization("House", audience="custodian"),
    )
    with sample_directory(tmp_path, tiny_area, *parts) as opened:
        yield opened


def ask(directory, kind="add", table="phone", record=NEW, fields=PHONE, **given):
    settings = {"by": "zarina", "on": TODAY, "reason": "called back over the ministry's list"} | given
    return directory.propose(kind, table, record, fields, **settings)


def test_a_new_number_waits_for_a_second_person(directory):
    before = directory.count("phone")
    one = ask(directory)
    assert directory.count("phone") == before
    assert [each.id for each in directory.proposals()] == [one]
    with pytest.raises(SamePerson):
        directory.decide(one, "accepted", by=" Zarina ", on=TODAY)
    directory.decide(one, "accepted", by="noor", on=TODAY)
    assert directory.record(Phone, NEW).audience == "public"
    assert directory.proposals() == []
    agreed = directory.records(Approval)[0]
    assert (agreed.kind, agreed.subject, agreed.approved_by, agreed.approved_by_too) == ("phone", NEW, "zarina", "noor")
    with pytest.raises(Outdated):
        directory.decide(one, "refused", by="noor", on=TODAY)


def test_an_accepted_proposal_can_be_undone_as_a_whole(directory):
    one = ask(directory)
    directory.decide(one, "accepted", by="noor", on=TODAY)
    directory.undo(by="noor", on=TODAY)
    with pytest.raises(NotFound):
        directory.record(Phone, NEW)
    assert directory.proposal(one).decision == "waiting"
    assert directory.records(Approval) == []


def test_a_changed_number_keeps_its_audience(directory):
    own = directory.records(Phone)[0]
    fields = {"number": "+992000100077"}
    one = ask(directory, "edit", "phone", own.id, fields)
    directory.decide(one, "accepted", by="noor", on=TODAY)
    assert (directory.record(Phone, own.id).number, directory.record(Phone, own.id).audience) == (
        "+992000100077",
        "public",
    )


def test_what_was_changed_meanwhile_is_looked_at_again(directory):
    own = key("service", "Advice")
    seen = version(directory.db, "service", own)
    one = ask(directory, "edit", "service", own, {"email": "new@umed.example"})
    directory.edit(
        "service", own, {"name": "Legal advice"}, by="noor", on=TODAY, reason="as on the door", last_change=seen
    )
    with pytest.raises(Outdated):
        directory.decide(one, "accepted", by="noor", on=TODAY)
    with pytest.raises(Outdated):
        directory.edit("service", own, {"name": "Other"}, by="zarina", on=TODAY, reason="x", last_change=seen)
    assert directory.record(Service, own).name == "Legal advice"
    directory.decide(one, "withdrawn", by="zarina", on=TODAY)


def test_only_who_proposed_withdraws_and_a_refusal_changes_nothing(directory):
    one = ask(directory)
    with pytest.raises(SamePerson):
        directory.decide(one, "withdrawn", by="noor", on=TODAY)
    directory.decide(one, "refused", by="noor", on=TODAY, note="this is the number of another body")
    assert directory.proposal(one).note == "this is the number of another body"
    with pytest.raises(NotFound):
        directory.record(Phone, NEW)


def test_lowering_needs_a_consent_that_has_not_run_out(directory):
    house = key("organization", "House")
    for given in ({}, {"consent_by": "Director"}, {"consent_by": "Director", "consent_until": TODAY}):
        with pytest.raises(InvalidRecord, match="operator must agree"):
            ask(directory, "audience", "organization", house, {"value": "public"}, **given)
    until = TODAY + dt.timedelta(365)
    one = ask(directory, "audience", "organization", house, {"value": "public"}, consent_by="D", consent_until=until)
    directory.decide(one, "accepted", by="noor", on=TODAY)
    for day, seen in ((TODAY, 2), (until + dt.timedelta(1), 1)):
        tables = {table: directory.records(RECORDS[table]) for table in RECORDS}
        assert len(project(tables, "public", directory.rules(day))["organization"]) == seen


@pytest.mark.parametrize(("kind", "agreed"), [("map", "map"), ("phones", "phone")])
def test_a_map_and_a_senders_numbers_are_agreed_to(directory, kind, agreed):
    one = ask(directory, kind, "source", "ngo-list", {"value": "abc"})
    directory.decide(one, "accepted", by="noor", on=TODAY)
    assert [(each.kind, each.subject, each.value) for each in directory.records(Approval)] == [
        (agreed, "ngo-list", "abc")
    ]


def test_a_part_is_taken_out_by_two(directory):
    own = directory.records(Attribute)[0]
    directory.decide(ask(directory, "remove", "attribute", own.id, {}), "accepted", by="noor", on=TODAY)
    assert own.id not in {each.id for each in directory.records(Attribute)}


def test_faults_are_said_before_anything_is_kept(directory):
    with pytest.raises(InvalidRecord, match="reason"):
        ask(directory, reason=" ")
    with pytest.raises(InvalidRecord, match="colour"):
        ask(directory, fields=PHONE | {"colour": "red"})
    with pytest.raises(NotFound):
        ask(directory, "edit", "service", "none", {"name": "x"})
    with pytest.raises(NotFound):
        directory.decide("none", "accepted", by="noor", on=TODAY)
    assert directory.proposals(waiting=False) == []


def test_erasing_a_number_takes_what_was_proposed_about_it_along(directory):
    directory.decide(ask(directory), "refused", by="noor", on=TODAY)
    erased(directory, NEW, on=TODAY)
    assert [one.kind for one in directory.proposals(waiting=False)] == ["erase"]
    directory.close()
    assert b"992000100055" not in directory.path.read_bytes()


def shown_numbers(directory):
    shown = project(directory.tables(), "public", directory.rules(TODAY), directory.agreed("public"))
    return [row["number"] for row in shown["phone"]]


def test_one_person_hides_what_is_to_be_erased_and_another_has_it_erased(directory):
    (number,) = directory.records(Phone)
    directory.signed_in = True
    asked = directory.erase(number.id, by="zarina", on=TODAY, reason="asked by its owner")
    assert shown_numbers(directory) == []
    assert directory.record(Phone, number.id).number == number.number
    with pytest.raises(SamePerson):
        directory.decide(asked, "accepted", by="zarina", on=TODAY)
    assert directory.would_show(asked, on=TODAY) == []
    directory.decide(asked, "accepted", by="noor", on=TODAY)
    with pytest.raises(NotFound):
        directory.record(Phone, number.id)


def test_two_names_that_were_typed_erase_nothing(directory):
    (number,) = directory.records(Phone)
    asked = directory.erase(number.id, by="zarina", on=TODAY, reason="asked by its owner")
    with pytest.raises(InvalidRecord, match="sign in first"):
        directory.decide(asked, "accepted", by="noor", on=TODAY)
    directory.signed_in = True
    directory.decide(asked, "accepted", by="noor", on=TODAY)
    assert directory.record(Phone, number.id), "the first who signs in has asked for it"
    directory.decide(asked, "accepted", by="gul", on=TODAY)
    with pytest.raises(NotFound):
        directory.record(Phone, number.id)


def told(directory, number):
    directory.signed_in = True
    asked = directory.erase(number.id, by="zarina", on=TODAY, reason="asked by its owner")
    directory.decide(asked, "accepted", by="noor", on=TODAY)


def test_what_a_text_still_tells_is_not_erased(directory):
    (number,) = directory.records(Phone)
    advice = key("service", "Advice")
    texts = {"description": "In the evening call 100001 or +992 000 10-00-01", "fees_description": "free"}
    directory.edit("service", advice, texts, by="gul", on=TODAY, reason="their leaflet")
    with pytest.raises(StillTold) as told_still:
        told(directory, number)
    assert [(leak.record, leak.field, leak.what) for leak in told_still.value.leaks] == [
        (advice, "description", "phone")
    ]
    assert advice not in str(told_still.value), "which text it is, only custodians learn"
    assert directory.record(Phone, number.id), "nothing was erased"
    assert [one.kind for one in directory.proposals()] == ["erase"], "and whoever looks again may still agree"
    directory.edit("service", advice, {"description": "Call in the evening"}, by="gul", on=TODAY, reason="its owner")
    directory.decide(directory.proposals()[0].id, "accepted", by="noor", on=TODAY)
    with pytest.raises(NotFound):
        directory.record(Phone, number.id)


def test_what_stands_in_another_record_too_may_be_told(directory):
    """Two entries of one person or of one number are erased one after the other, and a text may name who is left."""
    (number,) = directory.records(Phone)
    directory.decide(ask(directory, fields=PHONE | {"number": number.number}), "accepted", by="noor", on=TODAY)
    told(directory, number)
    people = [
        directory.decide(ask(directory, table="contact", record=id_, fields=body), "accepted", by="noor", on=TODAY)
        for id_, body in PEOPLE.items()
    ]
    assert len(people) == 2
    for person in PEOPLE:
        spelt = {
            "link_entity": "contact",
            "link_id": person,
            "field": "name",
            "language": "tg",
            "text": "Гулноз Сафарова",
        }
        new = ask(directory, table="translation", record=record_id("stewards", "translation", person), fields=spelt)
        directory.decide(new, "accepted", by="noor", on=TODAY)
    for person in PEOPLE:
        told(directory, directory.record(Contact, person))
    assert directory.count("contact") == 0


def test_what_is_not_erased_after_all_stays_hidden_until_two_people_bring_it_back(directory, monkeypatch):
    monkeypatch.setattr(SecondPerson, "present", False)
    (number,) = directory.records(Phone)
    asked = directory.erase(number.id, by="zarina", on=TODAY, reason="asked by its owner")
    hiding = directory.batches()[-1].number
    directory.decide(asked, "refused", by="noor", on=TODAY)
    assert shown_numbers(directory) == []
    directory.undo(by="noor", on=TODAY)
    directory.undo(hiding, by="noor", on=TODAY)
    assert shown_numbers(directory) == []
    waiting = [each.showing for each in directory.waiting()]
    directory.agree(waiting, by="umed", also="gul", on=TODAY)
    assert shown_numbers(directory) == [number.number]


def test_what_somebody_proposed_already_waits_once(directory):
    asked = ask(directory)
    assert ask(directory, reason="they wrote again") == asked
    assert ask(directory, by="noor") != asked
    assert ask(directory, fields=PHONE | {"extension": "5"}) != asked
    edited = ask(directory, "edit", "service", key("service", "Advice"), {"name": "Advice by phone"})
    directory.edit("service", key("service", "Advice"), {"fees_description": "free"}, by="gul", on=TODAY, reason="x")
    assert ask(directory, "edit", "service", key("service", "Advice"), {"name": "Advice by phone"}) != edited
    assert len(directory.proposals()) == 5
