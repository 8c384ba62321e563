"""What was agreed to, and what goes beyond it: field by field, worked out by hand."""

import datetime as dt
from typing import Any

import pytest

from mapping.model import ENTRY_POINTS
from mapping.safety.agreed import (
    DAILY,
    ENDS,
    FREE,
    THRESHOLD,
    WITHHELD,
    Showing,
    Shown,
    difference,
    digest_of,
    held,
    kept,
    restrict,
)
from mapping.safety.redaction import _PARENTS, NEEDED, PUBLISHED
from tests.support.sample import TODAY


def test_what_newly_appears_says_what_is_told_and_nothing_else():
    row = {"name": "Office", "url": "", "id": "l", "audience": "public", "latitude": 0.0, "website": None}
    fields = difference("location", row, None, climb)
    assert fields is not None
    assert [*fields.items()] == [("latitude", (None, 0.0)), ("name", (None, "Office"))]


def climb(unit: str) -> str | None:
    """Return the unit under which places of a unit are listed."""
    return {"XT-W2": "XT-W", "XT-E1": "XT-E"}[unit]


PLACE: dict[str, Any] = {
    "id": "l",
    "organization_id": None,
    "name": "Office",
    "alternate_name": None,
    "description": None,
    "transportation": None,
    "latitude": 10.0,
    "longitude": 60.0,
    "area_unit": "XT-W2",
    "country": "XT",
    "position_basis": "given",
    "precision": "exact",
    "location_type": "physical",
    "audience": "public",
}
AREA = {"latitude": None, "longitude": None, "area_unit": "XT-W", "position_basis": "unit", "precision": "area"}


def new(table: str, before: dict[str, Any] | None, row: dict[str, Any]) -> list[Showing]:
    fields = difference(table, row, before, climb)
    return [] if fields is None else [Showing("partner", table, row["id"], fields, appears=before is None)]


def names(table: str, before: dict[str, Any], row: dict[str, Any]) -> set[str]:
    return {name for showing in new(table, before, row) for name in showing.fields}


def test_rows_are_kept_as_text() -> None:
    row = {"id": "s", "name": "Advice", "assured_date": dt.date(2026, 11, 2), "last_modified": None}
    assert kept("service", row) == row | {"assured_date": "2026-11-02"}


def test_a_row_that_stays_as_it_is_is_not_copied() -> None:
    """Those of a large directory fill the memory."""
    row = {"id": "s", "service_id": "x", "area_unit": "XT"}
    assert kept("service_area", row) is row
    assert held("location", PLACE, {**PLACE}, climb) is PLACE


def test_a_record_that_appears_is_told_whole_but_for_blanks_id_and_mark() -> None:
    row = {"id": "s", "name": "Advice", "description": "", "url": None, "minimum_age": 0, "audience": "public"}
    (showing,) = new("service", None, row)
    assert (showing.audience, showing.table, showing.id) == ("partner", "service", "s")
    assert showing.fields == {"name": (None, "Advice"), "minimum_age": (None, 0)}
    assert list(showing.fields) == ["minimum_age", "name"]
    assert showing.appears
    assert showing.leads


def test_a_record_with_nothing_in_it_appears_all_the_same() -> None:
    (showing,) = new("service", None, {"id": "s", "name": ""})
    assert showing.appears
    assert showing.fields == {}


def test_what_is_as_it_was_is_no_news() -> None:
    row = {"id": "s", "name": "Advice", "description": "By day", "audience": "public"}
    assert new("service", row, row) == []
    assert new("service", row, row | {"audience": "partner"}) == []
    assert new("service", row | {"audience": None}, row) == []


@pytest.mark.parametrize("table", [table for table in PUBLISHED if table not in FREE])
def test_whoever_changes_or_empties_a_field_is_not_alone_but_where_it_changes_by_the_day(table: str) -> None:
    """That a service does not take children, the end of an agreement, an extension, a day: each is read by two."""
    alone = {"id", "audience", "status" if table == "service" else "", *DAILY.get(table, ())}
    before: dict[str, Any] = dict.fromkeys(("id", *PUBLISHED[table]), "2026-11-01")
    before |= {"precision": "area"} if table == "location" else {}
    for name in PUBLISHED[table]:
        for value in (None, "", "2026-12-01"):
            expected = {name} - alone if not (name == "precision" and value) else set()
            if name == "precision" or (name in ENDS.values() and not value):
                continue
            assert names(table, before, before | {name: value}) == expected, (name, value)
            told = held(table, before | {name: value}, before, climb)
            assert told[name] == (before[name] if expected else value)


def test_what_a_rule_or_a_steward_keeps_back_goes_at_once() -> None:
    before = {"id": "s", "name": "Advice", "description": "By the river", "alert": "Closed"}
    row = before | {"description": None, "alert": None, WITHHELD: "description;url"}
    assert names("service", before, row) == {"alert"}
    assert held("service", row, before, climb)["description"] is None
    assert names("service", row, before) == {"description", "alert"}


def test_a_field_that_was_blank_is_news_and_leads_nowhere() -> None:
    for blank in (None, ""):
        before = {"id": "s", "name": "Advice", "description": blank}
        (showing,) = new("service", before, before | {"description": "By day"})
        assert showing.fields == {"description": (blank, "By day")}
        assert (showing.audience, showing.table, showing.id) == ("partner", "service", "s")
        assert showing.appears is False
        assert showing.leads == (blank is not None)


def test_an_entry_point_that_was_blank_leads() -> None:
    before = {"id": "s", "name": "Advice", "email": None}
    (showing,) = new("service", before, before | {"email": "a@umed.example"})
    assert showing.leads
    assert not new("service", before, before)


def test_another_text_that_says_where_a_place_is_is_news() -> None:
    for table, field in (
        *(("address", name) for name in ("address_1", "city", "region", "state_province", "country")),
        *(("location", name) for name in ("name", "alternate_name", "description", "transportation")),
        ("service_at_location", "description"),
        *(("contact", name) for name in ("title", "department")),
        *(("schedule", name) for name in ("timezone", "dtstart", "until", "interval")),
    ):
        before = PLACE | {field: "by the river"} if table == "location" else {"id": "a", field: "by the river"}
        assert names(table, before, before | {field: "by the mosque"}) == {field}, (table, field)


def test_what_translates_a_field_leads_as_the_field_does() -> None:
    before = {"id": "t", "link_id": "a", "link_entity": "address", "field": "city", "language": "ru", "text": "Town"}
    assert names("translation", before, before | {"text": "Elsewhere"}) == {"text"}
    said = before | {"link_entity": "service", "field": "description"}
    assert names("translation", said, said | {"text": "By night"}) == {"text"}
    assert names("translation", said, said | {"text": "Call 1313"}) == {"text"}
    assert names("translation", said, said | {"field": "name"}) == {"field"}
    (showing,) = new("translation", before, before | {"text": "Elsewhere"})
    assert showing.leads


@pytest.mark.parametrize("end", ["consent_until", "precision_until"])
def test_what_was_agreed_to_until_a_day_is_shown_until_then_alone(end: str) -> None:
    before = {"id": "s", "name": "Advice", end: TODAY.isoformat()}
    later = before | {end: "2036-01-01"}
    assert names("organization", before, later) == {end}
    assert names("organization", later, before) == set()
    endless = {"id": "s", "name": "Advice"}
    assert names("organization", endless, before) == {end}
    assert held("organization", before, endless, climb) == endless
    assert held("organization", later, before | {"name": "Law"}, climb) == before | {"name": "Law"}
    for day, shown in ((TODAY, [before]), (TODAY + dt.timedelta(1), [])):
        agreed = {("organization", "s"): before}
        assert restrict({"organization": [later]}, agreed, climb, _PARENTS, NEEDED, day)["organization"] == shown
    as_a_day = {"id": "s", "text": "It can be arranged", "route": "1313", end: TODAY}
    agreed = {("statement", "s"): as_a_day | {end: TODAY.isoformat()}}
    for day, count in ((TODAY, 1), (TODAY + dt.timedelta(1), 0)):
        for own in (as_a_day, as_a_day | {end: dt.date(2036, 1, 1)}):
            assert len(restrict({"statement": [own]}, agreed, climb, _PARENTS, NEEDED, day)["statement"]) == count


def test_a_service_that_is_open_again_is_news_and_one_that_closes_is_not() -> None:
    for before, now, news in (
        ("defunct", "active", {"status"}),
        ("temporarily closed", "active", {"status"}),
        ("inactive", "active", {"status"}),
        ("active", "defunct", set()),
        ("active", "temporarily closed", set()),
        ("inactive", "defunct", set()),
        ("defunct", "temporarily closed", {"status"}),
    ):
        row = {"id": "s", "name": "Advice", "status": before}
        assert names("service", row, row | {"status": now}) == news, (before, now)
    assert names("activity", {"id": "a", "status": "planned"}, {"id": "a", "status": "ongoing"}) == set()


def test_types_of_an_agreement_may_become_fewer_by_themselves() -> None:
    """A rule may take the code of a type away that may no longer be named."""
    before = {"id": "r", "service_types": "LEG-INF;PSY-COU"}
    assert names("referral_agreement", before, before | {"service_types": "LEG-INF"}) == set()
    assert names("referral_agreement", before, before | {"service_types": "LEG-INF;MED-GEN"}) == {"service_types"}


def test_another_owner_is_news() -> None:
    before = {"id": "p", "service_id": "s", "number": "1515"}
    assert names("phone", before, before | {"service_id": "other"}) == {"service_id"}
    before = {"id": "t", "link_id": "s", "link_entity": "service", "text": "Advice"}
    changed = before | {"link_id": "x", "link_entity": "organization"}
    assert names("translation", before, changed) == {"link_id", "link_entity"}


def test_days_are_compared_as_they_are_kept() -> None:
    before = {"id": "h", "valid_from": "2026-11-02"}
    assert names("schedule", before, before | {"valid_from": dt.date(2026, 11, 2)}) == set()
    assert names("schedule", before, before | {"valid_from": dt.date(2026, 11, 3)}) == {"valid_from"}


@pytest.mark.parametrize(("least", "news"), [(9, {"least"}), (10, set()), (11, set())])
def test_a_lower_least_count_is_news_and_a_higher_one_is_not(least: int, news: set[str]) -> None:
    assert names(THRESHOLD, {"id": "providers", "least": 10}, {"id": "providers", "least": least}) == news


def test_a_place_shown_less_closely_is_news_only_where_it_names_another_unit() -> None:
    assert names("location", PLACE, PLACE | AREA) == set()
    assert names("location", PLACE, PLACE | AREA | {"area_unit": "XT-W2"}) == set()
    assert names("location", PLACE, PLACE | AREA | {"area_unit": None}) == set()
    assert names("location", PLACE, PLACE | AREA | {"area_unit": "XT-E"}) == {"area_unit"}
    assert names("location", PLACE | {"area_unit": None}, PLACE | AREA) == {"area_unit"}


@pytest.mark.parametrize("at", [{"latitude": 10.1}, {"longitude": 60.1}, {"area_unit": "XT-E1"}, {"country": "YT"}])
def test_a_place_that_moved_is_news(at: dict[str, Any]) -> None:
    assert names("location", PLACE, PLACE | at) == {*at}
    assert held("location", PLACE | at, PLACE, climb) == PLACE


def test_a_place_shown_more_closely_is_news() -> None:
    vague = PLACE | AREA
    news = {"latitude", "longitude", "area_unit", "position_basis", "precision"}
    assert names("location", vague, PLACE) == news
    assert names("location", vague | {"precision": None}, PLACE) == news


def test_differences_are_named_by_what_they_are() -> None:
    first = Showing("public", "phone", "p", {"number": (None, "1515"), "type": (None, "voice")}, appears=True)
    same = Showing("public", "phone", "p", {"type": (None, "voice"), "number": (None, "1515")}, appears=True)
    assert first.digest == same.digest
    assert len(first.digest) == 32
    others = [
        Showing("partner", "phone", "p", first.fields, appears=True),
        Showing("public", "url", "p", first.fields, appears=True),
        Showing("public", "phone", "q", first.fields, appears=True),
        Showing("public", "phone", "p", first.fields, appears=False),
        Showing("public", "phone", "p", {"number": (None, "1516"), "type": (None, "voice")}, appears=True),
        Showing("public", "phone", "p", {"number": ("1516", "1515"), "type": (None, "voice")}, appears=True),
    ]
    assert len({showing.digest for showing in (first, *others)}) == len(others) + 1
    assert digest_of(others) == digest_of(reversed(others))
    assert len(digest_of([])) == 32
    assert len({digest_of(others[:count]) for count in range(len(others) + 1)}) == len(others) + 1


def test_what_nobody_agreed_to_stays_as_it_was() -> None:
    before = {"id": "s", "name": "Advice", "email": "old@umed.example", "url": None, "description": None}
    row = {"id": "s", "name": "Help", "email": "new@umed.example", "url": None, "description": "By day"}
    assert held("service", row, before, climb) == before


def test_a_place_shown_less_closely_is_so_at_once() -> None:
    assert held("location", PLACE | AREA, PLACE, climb) == PLACE | AREA
    elsewhere = PLACE | AREA | {"area_unit": "XT-E"}
    assert held("location", elsewhere, PLACE, climb) == PLACE | AREA | {"area_unit": None}


def test_a_place_shown_more_closely_waits_whole() -> None:
    assert held("location", PLACE, PLACE | AREA, climb) == PLACE | AREA


@pytest.mark.parametrize("half", ["latitude", "longitude"])
def test_half_a_point_is_none(half: str) -> None:
    """Nor is the other half shown where a steward keeps one back."""
    assert held("location", PLACE | {half: None}, PLACE, climb) == PLACE
    kept_back = PLACE | {half: None, WITHHELD: half}
    assert held("location", kept_back, PLACE, climb) == kept_back | {"latitude": None, "longitude": None}


def test_a_group_that_did_not_change_stays() -> None:
    assert held("location", PLACE, PLACE, climb) == PLACE
    assert set(ENTRY_POINTS["location"]) <= set(PLACE)


def limited(rows: Shown, *unknown: tuple[str, str]) -> dict[str, set[str]]:
    """Return the ids that are left of rows which all but some were agreed to."""
    agreed = {
        (table, row["id"]): row for table, own in rows.items() for row in own if (table, row["id"]) not in unknown
    }
    return {
        table: {row["id"] for row in own}
        for table, own in restrict(rows, agreed, climb, _PARENTS, NEEDED, TODAY).items()
    }


def office() -> Shown:
    return {
        "organization": [{"id": "o", "name": "Umed"}],
        "service": [{"id": "s", "organization_id": "o", "name": "Advice"}],
        "location": [PLACE | {"organization_id": "o"}],
        "service_at_location": [{"id": "at", "service_id": "s", "location_id": "l"}],
        "phone": [{"id": "p", "service_id": "s", "location_id": None, "number": "1515"}],
        "translation": [
            {"id": "t", "link_id": "p", "link_entity": "phone", "text": "Line"},
            {"id": "w", "link_id": "law", "link_entity": "taxonomy_term", "text": "Law"},
        ],
        "attribute": [{"id": "a", "link_id": "s", "link_entity": "service", "taxonomy_term_id": "law"}],
        "activity": [{"id": "y", "organization_id": "o", "implementer_id": None}],
        "statement": [{"id": "m", "text": "Call 1515"}],
        "verification": [{"id": "v", "link_id": "s", "link_entity": "service"}],
        "taxonomy_term": [{"id": "law", "name": "Law"}],
    }


WHOLE = {
    "organization": {"o"},
    "service": {"s"},
    "location": {"l"},
    "service_at_location": {"at"},
    "phone": {"p"},
    "translation": {"t", "w"},
    "attribute": {"a"},
    "activity": {"y"},
    "statement": {"m"},
    "verification": {"v"},
    "taxonomy_term": {"law"},
}


def test_all_that_was_agreed_to_stays() -> None:
    assert limited(office()) == WHOLE


@pytest.mark.parametrize(
    ("unknown", "gone"),
    [
        (("phone", "p"), {"phone": {"p"}, "translation": {"t"}}),
        (("statement", "m"), {"statement": {"m"}}),
        (("taxonomy_term", "law"), {}),
        (("verification", "v"), {}),
        (("location", "l"), {"location": {"l"}, "service_at_location": {"at"}}),
        (("service_at_location", "at"), {"location": {"l"}, "service_at_location": {"at"}}),
        (
            ("service", "s"),
            {
                "service": {"s"},
                "location": {"l"},
                "service_at_location": {"at"},
                "phone": {"p"},
                "translation": {"t"},
                "attribute": {"a"},
                "verification": {"v"},
            },
        ),
        (
            ("organization", "o"),
            {
                "organization": {"o"},
                "service": {"s"},
                "location": {"l"},
                "service_at_location": {"at"},
                "phone": {"p"},
                "translation": {"t"},
                "attribute": {"a"},
                "activity": {"y"},
                "verification": {"v"},
            },
        ),
    ],
)
def test_what_belongs_to_something_held_back_is_held_back(unknown: tuple[str, str], gone: dict[str, set[str]]) -> None:
    assert limited(office(), unknown) == {table: ids - gone.get(table, set()) for table, ids in WHOLE.items()}


def test_a_place_needs_no_organization() -> None:
    rows = office()
    rows["location"][0]["organization_id"] = None
    assert limited(rows) == WHOLE


def test_without_ties_and_owners_nothing_hangs() -> None:
    rows: Shown = {"location": [PLACE], "phone": [{"id": "p", "service_id": "s", "number": "1515"}], "service": []}
    assert limited(rows) == {"location": set(), "phone": set(), "service": set()}
    del rows["service"]
    assert limited(rows) == {"location": set(), "phone": set()}


def test_what_is_said_of_a_word_stays_though_words_are_added_later() -> None:
    rows = office()
    del rows["taxonomy_term"]
    assert limited(rows) == {table: ids for table, ids in WHOLE.items() if table != "taxonomy_term"}


def test_old_values_stay_in_what_is_left() -> None:
    rows = office()
    agreed = {(table, row["id"]): row for table, own in rows.items() for row in own}
    changed = rows | {
        "phone": [rows["phone"][0] | {"number": "1516"}],
        "location": [rows["location"][0] | AREA],
    }
    assert restrict(changed, agreed, climb, _PARENTS, NEEDED, TODAY) == rows | {"location": changed["location"]}


def test_a_part_of_nothing_and_a_record_without_what_it_needs_are_held_back() -> None:
    rows = office()
    rows["phone"].append({"id": "q", "service_id": None, "location_id": None, "number": "1516"})
    rows["activity"].append({"id": "z", "organization_id": None, "implementer_id": "o"})
    rows["attribute"].append({"id": "b", "link_id": "s", "link_entity": "contact", "taxonomy_term_id": "law"})
    rows["phone"].append({"id": "r", "service_id": "s", "location_id": "hidden", "number": "1517"})
    assert limited(rows) == WHOLE


COUNT: dict[str, Any] = {"id": "n", "year": 2024, "measure": "victims", "count": 12, "suppressed": False}


@pytest.mark.parametrize(("agreed", "now"), [(None, 12), (12, 9), (12, 12), (12, None), (None, None)])
def test_a_count_that_nobody_agreed_to_says_that_it_is_not_told(agreed, now) -> None:
    """It was hidden and is not now; another number of one that is told is no new fact."""
    before = COUNT | {"count": agreed, "suppressed": agreed is None}
    row = COUNT | {"count": now, "suppressed": now is None}
    told = held("case_count", row, before, climb)
    assert (told["count"], told["suppressed"]) == ((None, True) if None in (agreed, now) else (now, False))


def test_of_other_tables_nothing_is_said_to_be_not_told() -> None:
    row = {"id": "c", "count": 12, "service_id": "s"}
    assert held("service_capacity", row, row | {"count": None}, climb) == row | {"count": None}
