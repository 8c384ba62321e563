"""Answers to our form come back the same, however they were exported; what must not be taken is not."""

import contextlib
import csv
import datetime as dt
import itertools
import json

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapping.column_map import ColumnMap
from mapping.errors import FormatError
from mapping.formats.surveys import field_form, kobo, kobo_json
from mapping.intake.read import Known, implied_map, read
from mapping.language.taxonomy import Vocabulary
from mapping.model import AUDIENCES
from mapping.registry import format_of
from tests.formats.surveys.kobo_exports import (
    Shape,
    Submission,
    tables,
    write_json,
    write_xlsx,
    write_zip,
)
from tests.support.examples import examples
from tests.support.second_person import EveryMap

TODAY = dt.date(2026, 11, 24)
APPROVED = "field-form"
LANGUAGES = ["", "Тоҷикӣ (tg)", "Русский (ru)", "English (en)", "O‘zbek (uz)"]

ANSWERS = {
    "who_may_see": "public",
    "consent": "yes",
    "organization_name": "Umed",
    "organization_name_tg": "Умед",
    "organization_kind": "legal_clinic",
    "abroad": "no",
    "unit_1": "TJ-SU",
    "unit_2": "3505401",
    "town": "Khujand",
    "gps": (40.28, 69.62),
    "show_place": "exact",
    "accessible": "yes",
    "phones": "+992 92 777 00 11; 1313",
    "email": "a@example.org",
    "hours": "Mo-Fr 08:00-17:00",
    "spoken": ["tg", "ru"],
    "verified_how": "visit",
    "verified_on": "2026-11-01",
    "verified_by": "Ann",
    "assessed_by": "peer",
    "remarks": "met the lawyer",
}
ADVICE = {
    "family": "LEG",
    "service": "LEG-INF",
    "status": "active",
    "description_ru": "Совет",
    "cost": "free",
    "serves": ["SEX-F", "VUL-DV", "AGE-CHI"],
    "excludes": ["SEX-M", "POLICE"],
    "documents": ["PASSPORT", "COURT"],
    "capacity": "30",
    "covers": ["3505401", "TJ-SU"],
    "checklist": "yes",
    "std_std_001": "met",
    "std_std_001_evidence": "a policy",
    "std_std_002": "not_met",
    "std_std_003": "unknown",
}
REFUGE = {"family": "ACC", "service": "ACC-GBV", "status": "temporarily_closed", "serves": ["SEX-F"]}


def submission(services=(ADVICE,), **answers):
    about = {name: answers.pop(name) for name in ("uuid", "time", "state") if name in answers}
    return Submission(ANSWERS | answers, list(services), **about)


def known():
    return Known(maps=EveryMap(), phones={APPROVED})


def batch_of(path, area):
    return read(path, area=area, today=TODAY, known=known())


def records(batch):
    """Return what a batch says, without the rows of the file that it was read from."""
    return {one.id: one.model_dump() for one in batch.records if one.table != "provenance"}


def imported(folder, area, submissions, shape=None, write=write_xlsx, name="export.xlsx"):
    return batch_of(write(folder / name, *tables(area, submissions, shape or Shape())), area)


def test_every_answer_arrives(tmp_path, tj_area):
    batch = imported(tmp_path, tj_area, [submission([ADVICE, REFUGE])])
    (body,) = batch.of("organization")
    assert (body.name, body.kind, body.email, body.audience) == ("Umed", "legal clinic", "a@example.org", "public")
    advice, refuge = batch.of("service")
    assert (advice.name, advice.status, advice.alternate_name) == ("Legal information and advice", "active", None)
    assert (refuge.name, refuge.status) == ("Women’s refuge / GBV shelter", "temporarily closed")
    (place,) = batch.of("location")
    assert (place.latitude, place.longitude, place.area_unit, place.precision) == (40.28, 69.62, "3505401", "exact")
    people = {(a.link_type, a.value) for a in batch.of("attribute") if a.link_id == advice.id and a.value}
    assert people == {("excludes", "Only with a police report")}
    groups = {a.taxonomy_term_id for a in batch.of("attribute") if a.link_id == advice.id and a.link_type == "serves"}
    assert len(groups) == 3
    assert {(p.number, p.audience) for p in batch.of("phone")} == {("+992927770011", "public"), ("1313", "public")}
    assert {(s.byday, s.opens_at, s.closes_at) for s in batch.of("schedule")} == {("MO,TU,WE,TH,FR", "08:00", "17:00")}
    assert [one.code for one in batch.of("language")] == ["tg", "ru"] * 2
    checked = batch.of("verification")[0]
    assert (checked.level, checked.verified_on, checked.verified_by) == ("visit", dt.date(2026, 11, 1), "Ann")
    assert {one.area_unit for one in batch.of("service_area")} == {"3505401", "TJ-SU"}
    assert [one.document for one in batch.of("required_document")] == ["Passport or identity card", "Court decision"]
    assert batch.of("service_capacity")[0].available == 30
    assert not any("met the lawyer" in one.model_dump_json() for one in batch.records)
    assert batch.refused == []


def test_answers_to_the_checklist_become_assessments_and_are_never_public(tmp_path, tj_area):
    batch = imported(tmp_path, tj_area, [submission()])
    found = {one.standard: one for one in batch.of("standard_assessment")}
    assert {code: one.answer for code, one in found.items()} == {
        "STD-001": "met",
        "STD-002": "not met",
        "STD-003": "unknown",
    }
    first = found["STD-001"]
    assert (first.evidence, first.assessed_by, first.assessed_on) == ("a policy", "peer", dt.date(2026, 11, 1))
    assert {one.audience for one in found.values()} == {"focal_point"}


SHAPES = [
    Shape(language, groups, split, together, "both")
    for (language, groups), (split, together) in zip(  # each kind of groups in each language, and in each way
        [*itertools.product(LANGUAGES, ["", "/"]), ("", "-")],
        itertools.cycle([(False, True), (True, True), (True, False)]),
        strict=False,
    )
] + [Shape(points="text"), Shape("Русский (ru)", points="columns")]


@pytest.fixture(scope="module")
def base(tmp_path_factory, tj_area):
    return records(imported(tmp_path_factory.mktemp("base"), tj_area, [submission([ADVICE, REFUGE])]))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_shape_of_an_export_gives_the_same(tmp_path, tj_area, base, shape):
    batch = imported(tmp_path, tj_area, [submission([ADVICE, REFUGE])], shape)
    assert records(batch) == base
    assert [str(issue) for issue in batch.issues if "column" in issue.problem] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_csv_in_a_zip_gives_the_same(tmp_path, tj_area, base, language):
    shape = Shape(language, "/", split=True)
    assert records(imported(tmp_path, tj_area, [submission([ADVICE, REFUGE])], shape, write_zip, "export.zip")) == base


@pytest.mark.parametrize("page", [True, False])
def test_json_of_the_interface_gives_the_same(tmp_path, tj_area, base, page):
    path = write_json(tmp_path / "answers.json", tj_area, [submission([ADVICE, REFUGE])], page)
    assert records(batch_of(path, tj_area)) == base


def test_odk_central_gives_the_same_but_for_its_own_keys(tmp_path, tj_area, base):
    main, child = tables(tj_area, [submission([ADVICE, REFUGE])], Shape(groups="-", points="text"))
    odk = {"_uuid": "KEY", "_submission_time": "SubmissionDate", "_validation_status": "ReviewState"}
    key = {"_parent_index": "PARENT_KEY", "_index": "KEY"}
    main[0] = [odk.get(name, name if not name.startswith("_") else f"meta-{name}") for name in main[0]]
    child[0] = [key.get(name, name if not name.startswith("_") else f"meta-{name}") for name in child[0]]
    at = child[0].index("PARENT_KEY")
    for row in child[1:]:
        row[at] = "u1"
    batch = batch_of(write_zip(tmp_path / "odk.zip", main, child), tj_area)
    kinds = [one["name"] for one in base.values() if "fees_description" in one]
    assert [one.name for one in batch.of("service")] == kinds
    assert len(batch.records) == len(imported(tmp_path, tj_area, [submission([ADVICE, REFUGE])]).records)


CODES = [term.code for term in Vocabulary.load("service_types").terms() if term.parent]
GROUPS = [term.code for term in Vocabulary.load("beneficiaries").terms()]
services = st.fixed_dictionaries(
    {"service": st.sampled_from(CODES), "serves": st.lists(st.sampled_from(GROUPS), unique=True, max_size=38)},
    optional={
        "documents": st.lists(
            st.sampled_from([t.code for t in Vocabulary.load("documents").terms() if t.code != "NONE"]), unique=True
        ),
        "std_std_001": st.sampled_from(["met", "partly", "not_met", "unknown"]),
        "capacity": st.integers(0, 500).map(str),
        "cost": st.sampled_from(["free", "50 TJS"]),
    },
)


@settings(max_examples=examples(10), suppress_health_check=list(HealthCheck))
@given(
    offered=st.lists(services, min_size=1, max_size=3),
    spoken=st.lists(st.sampled_from(["tg", "ru", "en", "uz", "prs"])),
    shape=st.sampled_from(SHAPES),
)
def test_whatever_was_chosen_reads_the_same_by_name_and_in_any_language(
    tmp_path_factory, tj_area, offered, spoken, shape
):
    answers = [submission(offered, spoken=list(dict.fromkeys(spoken)))]
    folder = tmp_path_factory.mktemp("answers")
    one = imported(folder, tj_area, answers, Shape(split=True, together=False))
    assert records(imported(folder, tj_area, answers, shape)) == records(one)
    told = [[term for term in CODES if code == term] for code in (service["service"] for service in offered)]
    assert len(one.of("service")) == len(told)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_group_whose_label_tells_ages_sets_none(tmp_path, tj_area, shape):
    services = [{"service": code, "serves": [ages]} for code, ages in (("IDN-HOT", "AGE-CHI"), ("LEG-INF", "AGE-ADO"))]
    batch = imported(tmp_path, tj_area, [submission(services)], shape)
    assert [(service.minimum_age, service.maximum_age) for service in batch.of("service")] == [(None, None)] * 2


@pytest.mark.parametrize("audience", ["public", "partner", "focal_point", "custodian"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_says_who_may_see_it(tmp_path, tj_area, audience, language):
    batch = imported(tmp_path, tj_area, [submission(who_may_see=audience)], Shape(language))
    assert {one.audience for one in batch.of("location")} == {audience}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("whole", "own", "seen"),
    [
        ("public", "focal_point", "focal_point"),
        ("focal_point", "public", "focal_point"),
        ("custodian", "public", "custodian"),
        ("partner", "", "partner"),
    ],
)
def test_a_service_may_be_for_fewer_and_hides_its_place(tmp_path, tj_area, whole, own, seen, language):
    services = (ADVICE | {"service_who": own}, ADVICE | {"service": "LEG-REP", "checklist": "no"})
    batch = imported(tmp_path, tj_area, [submission(services, who_may_see=whole)], Shape(language))
    said = {service.name: service.audience for service in batch.of("service")}
    terms = Vocabulary.load("service_types")
    assert said == {str(terms.label("LEG-INF", "en")): seen, str(terms.label("LEG-REP", "en")): whole}
    assert {one.audience for one in batch.of("location") + batch.of("address")} == {seen}
    assert {one.audience for one in batch.of("organization")} == {whole}
    hidden = next(service.id for service in batch.of("service") if service.audience == seen)
    own_parts = [one for table in ("phone", "schedule") for one in batch.of(table) if one.service_id == hidden]
    assert own_parts
    assert all(AUDIENCES.index(one.audience) >= AUDIENCES.index(seen) for one in own_parts)


def test_a_word_that_is_no_answer_hides_the_service_and_is_said(tmp_path, tj_area):
    path = write_xlsx(
        tmp_path / "e.xlsx", *tables(tj_area, [submission((ADVICE | {"service_who": "public"},))], Shape())
    )
    book = openpyxl.load_workbook(path)
    for sheet in book:
        heads = {cell.value: cell.column for cell in sheet[1]}
        if "service_who" in heads:
            sheet.cell(2, heads["service_who"]).value = "perhaps"
    book.save(path)
    batch = batch_of(path, tj_area)
    assert {one.audience for one in batch.of("service") + batch.of("location")} == {"custodian"}
    assert any("'perhaps' is not in the sender's table" in issue.problem for issue in batch.issues)


@pytest.mark.parametrize("answer", ["", None])
def test_where_nobody_said_who_may_see_it_the_custodians_alone_do(tmp_path, tj_area, answer):
    batch = imported(tmp_path, tj_area, [submission(who_may_see=answer)])
    assert {one.audience for one in batch.of("service") + batch.of("location")} == {"custodian"}
    assert any("there is no marking" in issue.problem for issue in batch.issues)


def test_until_two_people_approved_the_form_all_stays_with_the_custodians(tmp_path, tj_area):
    path = write_xlsx(tmp_path / "e.xlsx", *tables(tj_area, [submission()], Shape()))
    batch = read(path, area=tj_area, today=TODAY, known=Known())
    assert {one.audience for one in batch.of("service") + batch.of("organization")} == {"custodian"}


def test_a_sender_of_its_own_needs_its_own_approval(tmp_path, tj_area):
    path = write_xlsx(tmp_path / "e.xlsx", *tables(tj_area, [submission()], Shape()))
    form = implied_map(list(format_of(path).read(path)), tj_area)
    approved = Known(maps={form.digest})
    assert {one.audience for one in read(path, area=tj_area, today=TODAY, known=approved).of("service")} == {"public"}
    batch = read(path, source="Network A", area=tj_area, today=TODAY, known=approved)
    assert batch.source.name == "Network A"
    assert {one.audience for one in batch.of("service")} == {"custodian"}


def test_without_consent_nothing_is_read(tmp_path, tj_area):
    sent = [submission(uuid="a"), submission(uuid="b", consent="no", organization_name="Secret body")]
    for shape in (Shape(), Shape("Тоҷикӣ (tg)", "/"), Shape("O‘zbek (uz)")):
        batch = imported(tmp_path, tj_area, sent, shape)
        assert [one.name for one in batch.of("organization")] == ["Umed"]
        assert not any("Secret body" in one.model_dump_json() for one in batch.records)
        assert any("consent, row 3" in issue.problem for issue in batch.issues)
        assert batch.refused == [], "its services are left out with it, and are no orphans"


def test_a_blank_consent_is_none(tmp_path, tj_area):
    batch = imported(tmp_path, tj_area, [submission(uuid="a"), submission(uuid="b", consent="")])
    assert len(batch.of("location")) == 1


def test_an_export_without_the_column_of_consent_stays_with_the_custodians(tmp_path, tj_area):
    main, child = tables(tj_area, [submission()], Shape())
    at = main[0].index("consent")
    batch = batch_of(write_xlsx(tmp_path / "e.xlsx", [row[:at] + row[at + 1 :] for row in main], child), tj_area)
    assert {one.audience for one in batch.of("service")} == {"custodian"}
    assert any("whether the organization agreed" in issue.problem for issue in batch.issues)


@pytest.mark.parametrize("state", ["Not approved", "validation_status_not_approved", "rejected"])
def test_what_was_rejected_is_passed_over_and_said(tmp_path, tj_area, state):
    sent = [submission(uuid="a"), submission(uuid="b", state=state, organization_name="Other")]
    batch = imported(tmp_path, tj_area, sent)
    assert [one.name for one in batch.of("organization")] == ["Umed"]
    assert any("rejected, row 3" in issue.problem for issue in batch.issues)


def test_what_is_on_hold_is_for_custodians(tmp_path, tj_area):
    batch = imported(tmp_path, tj_area, [submission(state="On hold")])
    assert {one.audience for one in batch.of("service")} == {"custodian"}


@pytest.mark.parametrize("turned", [False, True])
def test_of_what_was_sent_twice_the_later_stands_and_that_is_said(tmp_path, tj_area, turned):
    sent = [
        submission(uuid="a", time="2026-11-20T10:00:00", organization_name="Old name"),
        submission(uuid="a", time="2026-11-21T10:00:00", organization_name="New name"),
    ]
    batch = imported(tmp_path, tj_area, sent[::-1] if turned else sent)
    assert [one.name for one in batch.of("organization")] == ["New name"]
    old, new = (3, 2) if turned else (2, 3)
    assert any(f"row {old}, sent again as row {new}" in issue.problem for issue in batch.issues)
    assert batch.refused == []


def test_ids_stay_when_other_submissions_are_added_or_taken_away(tmp_path, tj_area):
    one = imported(tmp_path, tj_area, [submission(uuid="b")])
    two = imported(tmp_path, tj_area, [submission([REFUGE, ADVICE], uuid="a"), submission(uuid="b")])
    assert {each.id for each in one.of("service")} <= {each.id for each in two.of("service")}


@pytest.mark.parametrize(("gps", "said"), [((69.62, 40.28), "were swapped"), ((0, 0), "lies in the ocean")])
def test_swapped_and_zero_positions_are_doubted(tmp_path, tj_area, gps, said):
    batch = imported(tmp_path, tj_area, [submission(gps=gps)])
    assert any(said in issue.problem for issue in batch.issues)


def test_an_export_without_its_services_says_how_to_get_them(tmp_path, tj_area):
    main, _ = tables(tj_area, [submission()], Shape())
    path = tmp_path / "main.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(main)
    batch = batch_of(path, tj_area)
    assert {service.audience for service in batch.of("service")} == {"custodian"}
    assert any("the services are missing" in issue.problem for issue in batch.issues)


def test_a_place_abroad_needs_no_unit(tmp_path, tj_area):
    answers = {
        "abroad": "yes",
        "country": "Russia",
        "unit_1": None,
        "unit_2": None,
        "gps": (55.75, 37.6),
        "town": "Moscow",
    }
    (place,) = imported(tmp_path, tj_area, [submission(**answers)]).of("location")
    assert (place.country, place.area_unit, place.latitude) == ("RU", None, 55.75)


def test_of_two_units_of_one_name_the_chosen_one_is_meant(tmp_path, tj_area):
    units = [unit for unit in tj_area.all_units().values() if unit.level == 2][::7]
    answers = [submission(unit_1=unit.parent, unit_2=unit.code, gps=None, uuid=unit.code) for unit in units]
    for language in LANGUAGES:
        places = imported(tmp_path, tj_area, answers, Shape(language)).of("location")
        assert [place.area_unit for place in places] == [unit.code for unit in units], language


def test_a_form_that_is_no_export_is_not_taken_for_one(tmp_path, tj_area):
    path = tmp_path / "form.xlsx"
    field_form.write_form(path, tj_area)
    assert kobo.columns(list(kobo.read(path)), tj_area) is None


def test_other_lists_are_left_to_other_formats(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("organization,service\nUmed,advice\n", "utf-8")
    assert not kobo.recognises(path)
    assert format_of(path).__name__.endswith(".csv")


def test_damaged_archives_are_refused_with_a_reason(tmp_path, tj_area):
    path = write_zip(tmp_path / "e.zip", *tables(tj_area, [submission()], Shape()))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert kobo.recognises(path) is False
    with pytest.raises(FormatError, match="damaged"):
        list(kobo.read(path))


def test_json_of_another_form_is_read_by_the_senders_map(tmp_path, tj_area):
    path = tmp_path / "other.json"
    path.write_text(
        json.dumps([{"_submission_time": "2026-01-01", "name": "A", "kids": [{"age": 1}, {"age": 2}]}]), "utf-8"
    )
    main, child = kobo_json.read(path)
    assert [list(row) for row in main.rows] == [["_index", "_submission_time", "name"], [1, "2026-01-01", "A"]]
    assert [list(row) for row in child.rows] == [["_index", "_parent_index", "age"], [1, 1, 1], [2, 1, 2]]


def test_positions_of_odk_are_turned_round(tmp_path):
    path = tmp_path / "odk.json"
    point = {"type": "Point", "coordinates": [69.6, 40.2, 300]}
    path.write_text(json.dumps({"value": [{"__system": {}, "place": {"gps": point}}]}), "utf-8")
    (sheet,) = kobo_json.read(path)
    assert dict(zip(*sheet.rows, strict=True))["place/gps"] == "40.2 69.6 300"


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)


@settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
@given(tree=trees)
def test_arbitrary_json_is_read_or_refused(tmp_path_factory, tree):
    path = tmp_path_factory.mktemp("json") / "any.json"
    path.write_text(json.dumps({"_submission_time": "x", "results": tree}), "utf-8")
    assert kobo_json.recognises(path)
    with contextlib.suppress(FormatError):
        assert all(sheet.rows for sheet in kobo_json.read(path))


NAMES = ["who_may_see", "consent", "organization_name", "services[1]/x", "yes", "_uuid"]
cells = st.none() | st.integers() | st.floats() | st.sampled_from(NAMES) | st.text(max_size=5)


@settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.lists(cells, max_size=6), max_size=6))
def test_arbitrary_cells_are_tidied_and_mapped_or_left(tj_area, rows):
    from mapping.formats import Sheet

    tidied = kobo.tidied([Sheet("any", rows), Sheet("services", rows)])
    kobo.columns(tidied, tj_area)


def test_a_map_that_only_adds_to_the_form_is_approved_as_it_was_written(tmp_path, tj_area):
    """Two people read the short map; what the form says of its columns completes it and is nobody's choice."""
    path = write_xlsx(tmp_path / "e.xlsx", *tables(tj_area, [submission()], Shape()))
    short = ColumnMap(source="network-a", name="Network A", rank=3)
    batch = read(path, columns=short, area=tj_area, today=TODAY, known=Known(maps={short.digest}))
    assert {one.audience for one in batch.of("service")} == {"public"}
    other = short.model_copy(update={"rank": 4})
    batch = read(path, columns=other, area=tj_area, today=TODAY, known=Known(maps={short.digest}))
    assert {one.audience for one in batch.of("service")} == {"custodian"}
