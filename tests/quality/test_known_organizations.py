"""Bodies are met again by name and a sign in common, in whatever language, and never by a name alone."""

import pytest

from mapping.column_map import ColumnMap
from mapping.model import Approval, Location, Organization, Phone, Service, Translation
from mapping.quality.known_organizations import Body, Known, Signs, signature
from tests.support.sample import TODAY, batch, organization, place, sample_directory, service


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('Women\'s support centre "Savsani Juybori"', "Центр поддержки женщин «Савсани Чуйбори»"),
        ("Маркази дастгирии занон «Савсани Ҷӯйборӣ»", "Центр поддержки женщин «Савсани Чуйбори»"),
        ("Employment centre No. 955, Yovon", "Центр занятости № 955, Яванский район"),
        ("Duty desk No. 913, police, Bokhtar", "Мизи навбатдории № 913, ШКД, шаҳри Бохтар"),
        ("State-legal-aid-bureau-No.-988", "Государственное бюро юридической помощи № 988"),
        ('"Social protection office No. 934" (Public Organization)', "Отдел социальной защиты № 934, Истаравшан"),
    ],
)
def test_a_body_has_one_signature_in_every_language(one, other):
    assert signature(one) == signature(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Employment centre No. 955", "Центр занятости № 956"),
        ("Employment centre No. 955", "Отдел социальной защиты № 955"),
        ("Центр поддержки женщин «Савсани Чуйбори»", "Центр поддержки женщин «Савсани Оби»"),
    ],
)
def test_other_bodies_have_other_signatures(one, other):
    assert signature(one) != signature(other)


@pytest.mark.parametrize("name", ["", "Umed", "Центр занятости", "№ 955"])
def test_what_is_no_kind_and_proper_name_has_no_signature(name):
    assert signature(name) == ""


BODY = Body("b", "Umed", phones={"+1"}, mails={"office@umed.example"}, units={"XT-W1"})


@pytest.mark.parametrize(
    ("signs", "shared"),
    [
        (Signs(phones=frozenset({"+1", "+2"})), True),
        (Signs(phones=frozenset({"+2"})), False),
        (Signs(mails=frozenset({"info@UMED.example"})), True),
        (Signs(mails=frozenset({"office@other.example"})), False),
        (Signs(unit="XT-W1"), True),
        (Signs(unit="XT-W2"), False),
        (Signs(), False),
    ],
)
def test_signs_in_common(signs, shared):
    assert BODY.shares(signs) is shared


def test_a_directory_is_learnt(tmp_path, tiny_area):
    with sample_directory(tmp_path, tiny_area) as directory:
        known = Known.of(directory)
        bodies = {record.id: record for record in directory.records(Organization)}
        assert set(known.bodies) == set(bodies)
        assert {known.bodies[i].audience for i in bodies} == {record.audience for record in bodies.values()}
        phones = {p.number for p in directory.records(Phone) if p.service_id or p.organization_id}
        assert set().union(*(body.phones for body in known.bodies.values())) <= phones
        assert set(known.owners) == {s.id for s in directory.records(Service) if s.organization_id}


def test_learning_in_steps_is_learning_at_once():
    records = [
        Organization(id="o", name="Umed"),
        Service(id="s", organization_id="o", name="x"),
        Location(id="l", organization_id="o", area_unit="XT-W1"),
        Phone(id="p", service_id="s", number="+1"),
        Translation(id="t", link_id="o", link_entity="organization", field="name", language="ru", text="Надежда"),
    ]
    whole, steps = Known(), Known()
    whole.learn(records)
    for record in records:
        steps.learn([record])
    assert whole.bodies == steps.bodies
    assert [body.id for body in whole.called(["НАДЕЖДА"])] == ["o"]
    assert whole.bodies["o"].units == {"XT-W1"}
    assert whole.bodies["o"].phones == {"+1"}
    assert whole.places == {"l": "o"}


COLUMNS = ColumnMap(source="list", name="List")


def approval(**changes):
    return Approval(id="a", kind="map", subject="list", approved_on=TODAY, value=COLUMNS.digest, **changes)


@pytest.mark.parametrize("other", ["A", "a", "\u0410", "\uff21", "A\u200b", "", " "])
def test_an_approval_by_one_person_in_two_spellings_opens_nothing(other):
    known = Known()
    known.learn([approval(approved_by="A", approved_by_too=other)])
    assert not known.approves(COLUMNS)


def test_an_approval_needs_two_people():
    known = Known()
    known.learn([approval(approved_by="A", approved_by_too="A")])
    assert not known.approves(COLUMNS)
    known.learn([approval(approved_by="A", approved_by_too="B")])
    assert known.approves(COLUMNS)


def test_an_approval_holds_for_the_very_map_and_for_no_other_of_the_sender():
    known = Known()
    known.learn([approval(approved_by="A", approved_by_too="B")])
    for changes in ({"markings": {"open": "public"}}, {"fields": {"phone": ["Tel"]}}, {"source": "other"}):
        assert not known.approves(COLUMNS.model_copy(update=changes))
    assert not known.approves(COLUMNS.asking_consent())
    assert not known.approves(None)


def test_an_approval_of_a_sender_and_of_no_map_opens_nothing():
    known = Known()
    known.learn([approval(approved_by="A", approved_by_too="B").model_copy(update={"value": None})])
    assert not known.approves(COLUMNS)


def test_a_name_finds_its_body_whatever_its_spelling():
    records = batch(
        organization("Sohili Orom"), service("Legal advice", of="Sohili Orom"), place("P", of=["Legal advice"])
    )
    known = Known()
    known.learn(records.records)
    for name in ("SOHILI OROM", "Sohili-Orom", "PO Sohili Orom", "Соҳили Ором", "ТҶ «Соҳили Ором»"):
        assert [body.name for body in known.called([name])] == ["Sohili Orom"], name
