"""Whom a service takes and reaches: search, API, lists, finder and analysis say the same of every service."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapping.analysis.supply.beneficiaries import groups_of
from mapping.area.study_area import StudyArea
from mapping.language.taxonomy import Vocabulary
from mapping.view.rules.takes import ANSWERS, kind_of
from mapping.view.view import View
from tests.support.sample import CHASHMA, QULLAOBOD, approval, key, organization, place, service
from tests.view.test_takes import TYPES
from tests.web.support.portal import published
from web.api.filters import Catalogue
from web.partner.finding.judgement import Judge
from web.partner.finding.needs import MARKED_GROUPS, Needs
from web.presenters import choices
from web.presenters.edition import Edition

GROUPS = [term.code for term in Vocabulary.load("beneficiaries").terms()]
SHOWN = [term.code for term in Vocabulary.load("beneficiaries").terms() if not term.sensitive]
GROWN = [("AGE-ADU", (18.0, 60.0)), ("AGE-OLD", (60.0, 200.0))]
MARKS = {group: mark for mark, group in MARKED_GROUPS.items()}


def parts() -> Iterator[object]:
    """Yield two hundred services that name and refuse all kinds of groups and ages."""
    draw = random.Random(7)
    yield organization("Umed", phones=["+992446000001"])
    for number in range(200):
        name = f"Service {number:03}"
        yield service(
            name,
            of="Umed",
            types=draw.sample(TYPES, draw.choice((1, 1, 2))),
            serves=draw.sample(SHOWN, draw.choice((0, 1, 2, 4))),
            excludes=draw.sample(SHOWN, draw.choice((0, 0, 1))),
            minimum_age=draw.choice((None, None, 7, 18, 60)),
            maximum_age=draw.choice((None, None, 11, 17, 59)),
        )
        yield approval("audience", key("service", name), "public")
    units = ("XT", "XT-W", "XT-W1", "XT-W2", "XT-E1")
    kinds = ("IDN-HOT", "LEG-INF", "RET-REP", "RET-CON", "PSY-COU")
    for number in range(60):
        name = f"Reach {number:02}"
        covers = draw.sample(units, draw.choice((0, 0, 1)))
        phones = draw.choice(([], ["1313"], ["+992446000002"], ["+77270000001"], ["+77270000002", "+79990000001"]))
        yield service(name, of="Umed", types=[draw.choice(kinds)], covers=covers, phones=phones)
        for spot in range(draw.choice((0, 0, 1, 2))):
            at, unit = draw.choice(((CHASHMA, "XT-W2"), (QULLAOBOD, "XT-E1")))
            precision = draw.choice(("exact", "exact", "area"))
            yield place(f"{name} {spot}", of=[name], at=at, unit=unit, precision=precision)


@pytest.fixture(scope="module", params=["generated", "demo"])
def edition(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, tiny_area: StudyArea, tj_area: StudyArea
) -> Edition:
    if request.param == "demo":
        demo: Path = request.getfixturevalue("demo_view")("public")
        return Edition(demo, tj_area)
    return Edition(published(tmp_path_factory.mktemp("takes"), tiny_area, *parts()), tiny_area)


def test_search_api_and_analysis_find_those_that_may_take_a_group(edition: Edition) -> None:
    catalogue = Catalogue(edition.path)
    ids = [*catalogue.roll("service")]
    with View(edition.path) as view:
        entries = [entry for entry in view.services() if entry.listed]
        groups = {group.codes: group for group in groups_of(view, edition.area)}
        for group in GROUPS:
            may = {entry.id for entry in entries if entry.takes(group).answer != "no"}
            found = view.find(serves=group, limit=len(ids))
            assert {entry.id for entry in (*found.here, *found.elsewhere)} == may, group
            assert {*catalogue.select("service", {"serves": group}, None, 0).ids} == may, group
            if analysed := groups.get((group,)):
                assert {entry.id for entry in entries if analysed.fits(entry)} == may, group
                surely = {entry.id for entry in entries if analysed.surely_fits(entry)}
                assert surely == {entry.id for entry in entries if entry.takes(group).answer == "yes"}, group


def test_the_finder_refuses_whom_a_service_does_not_take_and_says_yes_to_nobody_else(edition: Edition) -> None:
    entries = [entry for entry in edition.entries("en").values() if entry.status == "active"]
    for group in GROUPS:
        person = needs_of(group)
        if person is None:
            continue
        judge = Judge(edition, "en", person, "", None, {}, ())
        for entry in entries:
            verdict = entry.takes(group, (person.ages, person.ages) if person.age else None)
            reasons = judge.reasons(entry, None)
            worst = max((reason.sign for reason in reasons), key=ANSWERS.index, default="yes")
            assert (worst == "no") == (verdict.answer == "no"), (group, entry)
            assert ANSWERS.index(worst) >= ANSWERS.index(verdict.answer), (group, entry)


def needs_of(group: str) -> Needs | None:
    """Return what the finder is told of somebody of a group; None where nothing of the kind can be said there."""
    if group in MARKS:
        return Needs(marks=frozenset({MARKS[group]})) if group != "HH-PRG" else None  # she is a woman as well
    if kind_of(group) == "age":
        return Needs(age=group)
    if group in ("SEX-F", "SEX-M"):
        return Needs(sex=group)
    return Needs(happened=(group,)) if group.startswith("EXP") or group == "VUL-DV" else None


def test_the_public_lists_send_a_child_and_an_adult_where_the_search_finds_them(edition: Edition) -> None:
    """Who asks is an adult of any age, and the search's adults are not yet old; a child is any child for both."""
    for entry in edition.entries("en").values():
        assert choices.fits(entry, choices.CHILD) == entry.takes("AGE-CHI").answer
        adult, found = choices.fits(entry, choices.ADULT), entry.takes("AGE-ADU").answer
        assert adult == found or (adult, found) == ("ask", "no")
        assert (adult == "no") == all(entry.takes(group, (span, span)).answer == "no" for group, span in GROWN)


def test_the_search_of_an_area_finds_what_the_list_of_that_area_shows(edition: Edition) -> None:
    area = edition.area
    listed = [entry for entry in edition.entries("en").values() if entry.listed]
    with View(edition.path) as view:
        for where, unit in {**choices.regions(area), **choices.districts(area)}.items():
            found = view.find(area_unit=unit, limit=10_000)
            ids = {entry.id for entry in (*found.here, *found.elsewhere)}
            choice = choices.Choice(choices.needs()[0], where)
            assert {entry.id for entry in listed if choices.place_of(entry, choice, area)} == ids & {
                entry.id for entry in listed
            }, unit
