"""By which numbers the body of a row is reached, and which of them nobody is shown."""

import pytest

from mapping.intake.read import Known
from tests.fixtures.few_rows import HEADER, MAP, ROW, audiences, said
from tests.support.second_person import EveryMap

VIBER = ("+992935201313", "viber")


def test_a_fax_beside_the_phone_is_no_number_that_somebody_answers(take):
    row = [*ROW[:4], "+992 37 221-12-34; факс +992 37 221-12-35", *ROW[5:]]
    assert {(phone.number, phone.type) for phone in take(row).of("phone")} == {
        ("+992372211234", "voice"),
        ("+992372211235", "fax"),
    }


@pytest.mark.parametrize(
    ("heading", "answer", "row", "phone"),
    [
        ("Публиковать телефон?", "нет", "public", "custodian"),
        ("May we publish the phone?", "no", "public", "custodian"),
        ("May we publish the phone?", "", "public", "custodian"),
        ("May we publish the phone?", "yes", "public", "public"),
        ("May we publish your details (phone, address)?", "no", "custodian", "custodian"),
        ("Do not publish the phone", "yes", "custodian", "custodian"),
    ],
)
def test_a_no_to_showing_the_phone_hides_the_phone(take, heading, answer, row, phone):
    batch = take([*ROW[:4], "+992 37 221-12-34", *ROW[5:], answer], heads=[*HEADER, heading])
    assert (audiences(batch, "service"), audiences(batch, "phone")) == ({row}, {phone})


def test_numbers_of_messengers_are_those_of_their_row_alone(take):
    heads, fields = (*HEADER, "Chat"), MAP["fields"] | {"messenger": ["Chat"]}
    rows = (["1", "Umed", *ROW[2:4], "@umed_line", *ROW[5:], "@all_of_us, Viber +992 93 520 13 13"],)
    rows += (["2", "Nur", *ROW[2:4], "+992 37 221-12-34", *ROW[5:], "@all_of_us, Viber +992 93 520 13 13"],)
    batch = take(*rows, heads=heads, fields=fields)
    services = {service.id: service.organization_id for service in batch.of("service")}
    bodies = {body.id: body.name for body in batch.of("organization")}
    numbers = {(bodies[services[p.service_id]], p.number, p.type) for p in batch.of("phone")}
    both = {(name, *own) for name in ("Umed", "Nur") for own in (("https://t.me/all_of_us", "telegram"), VIBER)}
    assert numbers == both | {("Umed", "https://t.me/umed_line", "telegram"), ("Nur", "+992372211234", "voice")}


def test_a_mobile_number_beside_a_person_is_shown_to_nobody(take):
    row = [*ROW[:4], "инсп. Назаров 918 20-11-22, +992 37 221-12-34; дом. +992 37 221-12-35", *ROW[5:]]
    batch = take(row)
    assert {(phone.number, phone.audience) for phone in batch.of("phone")} == {
        ("+992918201122", "custodian"),
        ("+992372211234", "public"),
        ("+992372211235", "custodian"),
    }
    assert any("beside a mobile number" in problem for _, _, problem in said(batch))


@pytest.mark.parametrize(
    ("note", "seen_by"),
    [
        ("Chief Baya, not at night", "custodian"),
        ("maya", "custodian"),
        ("Maya, evenings", "custodian"),
        ("evenings", "public"),
    ],
)
def test_a_mobile_number_beside_the_name_of_a_contact_is_shown_to_nobody(take, note, seen_by):
    heads, fields = (*HEADER, "Ask for"), MAP["fields"] | {"contact": ["Ask for"]}
    cells = [*ROW[:4], f"918 20-11-22 ({note}), +992 37 221-12-34", *ROW[5:], "Guard: Maya"]
    batch = take(cells, heads=heads, fields=fields)
    assert {(phone.number, phone.audience) for phone in batch.of("phone")} == {
        ("+992918201122", seen_by),
        ("+992372211234", "public"),
    }


def test_a_number_that_is_not_to_be_called_is_shown_to_nobody(take):
    batch = take([*ROW[:4], "+992 37 221-12-35 (гл. бух. – не звонить), +992 37 221-12-34", *ROW[5:]])
    shown = {phone.number for phone in batch.of("phone") if phone.audience == "public"}
    assert shown == {"+992372211234"}


def test_the_extension_of_a_number_that_cannot_be_read_is_no_number(take):
    """102 is the police."""
    batch = take((*ROW[:4], "221-00-01 доб. 102", *ROW[5:]))
    assert batch.of("phone") == []
    assert [issue.column for issue in batch.issues if issue.level == "refused"] == ["Phone"]


def test_a_number_that_nobody_called_back_stays_with_custodians(take):
    known = Known(maps=EveryMap())
    batch = take(ROW, approved=False, known=known)
    assert audiences(batch, "service", "location") == {"public"}
    assert audiences(batch, "phone") == {"custodian"}
    known = Known(maps=EveryMap(), phones={"+992000001111"})
    assert audiences(take(ROW, approved=False, known=known), "phone") == {"public"}


def test_a_number_for_text_messages_is_kept_beside_the_one_to_call(take):
    batch = take((*ROW[:4], "1195; SMS 40600", *ROW[5:]))
    assert [(phone.number, phone.type) for phone in batch.of("phone")] == [("1195", "voice"), ("sms:40600", "text")]


def test_a_number_that_is_for_colleagues_is_shown_to_nobody(take):
    batch = take((*ROW[:4], "+992 00 000 11 11 (танҳо барои ҳамкорон)", "all", ""))
    assert (audiences(batch, "service"), audiences(batch, "phone")) == ({"public"}, {"custodian"})


@pytest.mark.parametrize(
    "answer",
    ["Yes - number only on request", "да, кроме телефона", "Yes, without the phone number", "ha, telefondan tashqari"],
)
def test_a_yes_that_leaves_the_number_out_hides_it_whatever_the_map_says(take, answer):
    batch = take((*ROW[:5], answer, ""), markings={answer: "public"})
    assert (audiences(batch, "service", "location"), audiences(batch, "phone")) == ({"public"}, {"custodian"})
    assert ("doubt", "Open to", f"'Open to' is answered {answer!r}") in said(batch)
