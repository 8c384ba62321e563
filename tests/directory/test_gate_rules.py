"""A change of the rules alone (settings, units, vocabulary) shows nothing new before two people agreed to it."""

import dataclasses

import pytest

from mapping.area.study_area import StudyArea
from mapping.directory import directory as module
from mapping.directory.directory import Directory
from mapping.directory.gate import OnePerson
from mapping.model import WORDS, CaseCount, StandardAssessment, Translation
from mapping.safety.redaction import TypeRule, project
from tests.directory.test_gate import LEGAL, PARTS, SHELTER, values
from tests.support.sample import TODAY, batch, case_count, organization, place, sample_directory, service
from tests.support.second_person import SecondPerson

SMALL = CaseCount(
    id="few", year=2024, measure="victims", unit_of_count="persons", count=4, source="Ministry", audience="public"
)
OTHERS = [
    each
    for name, word in (("A", "met"), ("B", "partly"), ("C", "not met"))
    for each in (
        *organization(name),
        *service(f"{name} advice", of=name, serves=["VUL-HIV"]),
        StandardAssessment(
            id=f"answer of {name}",
            service_id=service(f"{name} advice", of=name)[0].id,
            standard="S1",
            answer=word,
            assessed_on=TODAY,
            audience="focal_point",
        ),
    )
]
PRINTED = case_count(6, source_url="https://ministry.example/report", printed=True)
MEN = case_count(12, sex="male").model_copy(update={"id": "f2"})  # after all ids that begin with a number
VAGUE = place("Room", of=["A advice"], unit="XT-E1", precision="area")


@pytest.fixture
def directory(tmp_path, tiny_copy, monkeypatch):
    with (tiny_copy / "area.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[thresholds]\nproviders = 4\n")
    with sample_directory(tmp_path, StudyArea.load(tiny_copy), *PARTS, [SMALL], OTHERS, VAGUE) as opened:
        monkeypatch.setattr(SecondPerson, "present", False)
        opened.signed_in = True
        yield opened


def facts(directory):
    """Everything that anybody may read, but for the words in which it is said."""
    words = {each.id for each in directory.records(Translation) if each.link_entity in WORDS}
    return {
        (audience, table, row["id"], name, value)
        for audience, table, row, name, value in values(directory)
        if table not in WORDS and row["id"] not in words
    }


def rules_of(directory, **changed):
    """The rules of a directory, of which somebody changed some."""
    own = Directory.rules(directory, TODAY)
    return lambda _today: dataclasses.replace(own, **changed, digest="another")


CHANGES = {
    "sensitive groups may be told": lambda _: {"sensitive": set()},
    "shelters are public": lambda own: {"types": {code: TypeRule("public", "exact") for code in own.types}},
    "places are told by a smaller unit": lambda _: {"unit_to_show": lambda unit: unit},
    "counts of a few are told": lambda _: {"least_count": 2},
    "answers of a few are told": lambda _: {"least_providers": 3},
}


@pytest.mark.parametrize("change", CHANGES)
def test_other_rules_alone_show_nothing(directory, monkeypatch, change):
    own = directory.rules(TODAY)
    before = facts(directory)
    monkeypatch.setattr(directory, "rules", rules_of(directory, **CHANGES[change](own)))
    assert facts(directory) <= before
    directory.catch_up(on=TODAY)
    assert facts(directory) <= before
    wanted = [each.showing for each in directory.waiting()]
    assert wanted
    assert {each.by for each in directory.waiting()} == {""}
    with pytest.raises(OnePerson):
        directory.agree(wanted, by="umed", on=TODAY)
    directory.agree(wanted, by="umed", also="noor", on=TODAY)
    assert facts(directory) - before
    assert not directory.waiting()


def test_a_lower_least_count_holds_everywhere_once_two_people_agreed(directory, monkeypatch):
    monkeypatch.setattr(directory, "rules", rules_of(directory, least_count=2))
    directory.catch_up(on=TODAY)
    assert directory.agreed_rules("public", TODAY).least_count == 10
    directory.agree([each.showing for each in directory.waiting()], by="umed", also="noor", on=TODAY)
    assert directory.agreed_rules("public", TODAY).least_count == 2
    monkeypatch.setattr(directory, "rules", rules_of(directory, least_count=20))
    assert directory.agreed_rules("public", TODAY).least_count == 20


def test_whoever_acts_next_is_not_taken_for_whoever_changed_the_rules(directory, monkeypatch):
    monkeypatch.setattr(directory, "rules", rules_of(directory, least_count=2))
    directory.edit("service", LEGAL, {"assurer_email": "gul@umed.example"}, by="zarina", on=TODAY, reason="x")
    few, waits = (each for each in directory.waiting() if each.showing.audience == "public")
    assert (waits.by, waits.showing.table, waits.showing.fields) == ("", "threshold", {"least": (10, 2)})
    assert (few.by, few.showing.table, few.showing.fields) == ("", "case_count", {"count": (None, 4)})


def test_stricter_rules_hold_at_once_and_milder_ones_take_two_people_again(directory, monkeypatch):
    strict, mild = rules_of(directory, least_count=20), rules_of(directory, least_count=10)
    monkeypatch.setattr(directory, "rules", strict)
    directory.catch_up(on=TODAY)
    assert not directory.waiting()
    monkeypatch.setattr(directory, "rules", lambda today: dataclasses.replace(mild(today), digest="a third"))
    directory.catch_up(on=TODAY)
    assert [each.showing.fields for each in directory.waiting() if each.showing.audience == "public"] == [
        {"least": (20, 10)}
    ]


def test_another_vocabulary_alone_shows_nothing(directory, monkeypatch):
    before = facts(directory)
    real = module.Vocabulary.load

    def load(name):
        loaded = real(name)
        if name == "service_types":
            terms = {code: dataclasses.replace(each, audience="public") for code, each in loaded._terms.items()}
            monkeypatch.setattr(loaded, "_terms", terms)
        return loaded

    monkeypatch.setattr(module.Vocabulary, "load", load)
    monkeypatch.setattr(module, "rules", module.rules.__wrapped__)  # else as they were made before
    directory.catch_up(on=TODAY)
    assert facts(directory) <= before
    assert SHELTER in {each.showing.id for each in directory.waiting()}


def told_counts(directory) -> set[int]:
    rows = project(directory.tables(), "public", directory.rules(TODAY), directory.agreed("public"))["case_count"]
    return {row["count"] for row in rows if row["count"] is not None}


@pytest.mark.parametrize(
    ("first", "then", "told", "both"),
    [
        ((case_count(6),), (case_count(12),), set(), {12}),
        ((PRINTED.model_copy(update={"printed": False}),), (PRINTED,), set(), {6}),
        # 12 is hidden, since whoever knows 17 could tell the 5 by it: also by the 17 of an older edition
        (
            (case_count(17), case_count(5, sex="female"), MEN),
            (case_count(17, audience="custodian"),),
            {17},
            set(),
        ),
        ((case_count(40),), (case_count(41),), {40}, {41}),
    ],
    ids=["few and then more", "printed by its source", "without the whole that told the part", "others"],
)
def test_one_person_makes_no_hidden_count_known(directory, monkeypatch, first, then, told, both):
    monkeypatch.setattr(SecondPerson, "present", True)
    directory.add(batch(*first), on=TODAY)
    monkeypatch.setattr(SecondPerson, "present", False)
    assert told_counts(directory) == told
    directory.add(batch(*then), by="zarina", on=TODAY)
    assert told_counts(directory) == (both if told == {40} else told - {17})
    directory.agree([each.showing for each in directory.waiting()], by="umed", on=TODAY)
    assert told_counts(directory) == both
    for row in project(directory.tables(), "public", directory.rules(TODAY), directory.agreed("public"))["case_count"]:
        assert row["suppressed"] == (row["count"] is None)


NEW = [organization("Bahor"), organization("Chashma"), organization("Dilbar")]


@pytest.mark.parametrize("agreed_by", [None, "noor"])
def test_an_import_tells_of_how_many_records_it_shows_more(directory, agreed_by):
    change = directory.add(batch(*NEW), by="zarina", on=TODAY, agreed_by=agreed_by)
    assert change.shows["organization"] == len(NEW)
    waiting = {each.showing.id for each in directory.waiting() if each.showing.table == "organization"}
    assert waiting == (set() if agreed_by else {records[0].id for records in NEW})


def test_what_waits_and_is_sent_by_two_people_waits_no_more(directory):
    directory.add(batch(*NEW), by="zarina", on=TODAY)
    directory.add(
        batch(*(organization(r[0].name, description="Help") for r in NEW)), by="zarina", on=TODAY, agreed_by="noor"
    )
    assert not directory.waiting()
    assert {("organization", records[0].id) for records in NEW} <= {*directory.agreed("public")}


def test_an_import_by_two_people_that_changes_nothing_leading_shows_nothing(directory):
    directory.add(batch(*NEW), by="zarina", on=TODAY, agreed_by="noor")
    bahor = NEW[0][0]
    change = directory.add(
        batch(organization("Bahor", description="Help"), *NEW[1:]), by="zarina", on=TODAY, agreed_by="noor"
    )
    assert change.shows["organization"] == 1  # what it does, which nobody was told
    change = directory.add(
        batch(organization("Bahor", description="Help", legal_status="NGO"), *NEW[1:]),
        by="zarina",
        on=TODAY,
        agreed_by="noor",
    )
    assert directory.agreed("public")["organization", bahor.id]["description"] == "Help"


@pytest.mark.parametrize("gone", [False, True])
def test_the_last_record_of_a_table_that_is_hidden_or_gone_is_forgotten(tmp_path, tiny_area, gone):
    bahor = "organization", NEW[0][0].id
    with sample_directory(tmp_path, tiny_area) as own:
        own.add(batch(NEW[0]), by="zarina", on=TODAY)
        assert bahor in {*own.agreed("public")}
        if gone:
            own.undo(by="zarina", on=TODAY)
        else:
            own.edit(*bahor, {"audience": "custodian"}, by="zarina", on=TODAY, reason="x")
        assert bahor not in {*own.agreed("public")}
