"""What an edition says of how complete it is: counted by hand on small views."""

import datetime as dt
from dataclasses import replace

import pytest

from mapping.area.settings import CountryFact
from mapping.model import ServiceCapacity
from mapping.quality.candidate import Candidate
from mapping.render import report as reports
from mapping.render.report.chapters.method import joined
from mapping.render.report.elements import Items, Paragraph, ReportTable
from tests.support.sample import CHASHMA, activity, case_count, key, organization, place, sample_view, service


def capacity(name, most, what=None):
    return ServiceCapacity(
        id=key("service_capacity", name),
        service_id=key("service", name),
        available=most,
        maximum=most,
        description=what,
        updated=dt.date(2026, 9, 1),
        audience="partner",
    )


PARTS = (
    organization("Help Centre Umed", phones=["+992000100001"], email="umed@umed.example"),
    organization("Help Center Umed", phones=["+992000100001"], email="umed@umed.example"),
    organization("Qulla Hospital", phones=["+992000100003"]),
    service("Advice", of="Help Centre Umed", types=["LEG-INF"], verified=dt.date(2026, 9, 1)),
    service("Advice again", of="Help Centre Umed", types=["LEG-INF"], verified=dt.date(2023, 1, 1)),
    service("Emergency ward", of="Qulla Hospital", types=["HLT-EME"], verified=None),
    place("At the market", of=["Advice"], at=CHASHMA, unit="XT-W2"),
    place("At the market too", of=["Advice again"], at=CHASHMA, unit="XT-W2"),
    capacity("Advice", 20.0, "a month"),
    capacity("Advice again", 5.0, "a month"),
    case_count(40, year=2024, measure="victims_identified", period="year"),
    case_count(30, year=2024, measure="victims_referred", period="year"),
    case_count(9, year=2025, measure="victims_referred", period="year", source="Somebody else"),
)


@pytest.fixture(scope="module")
def public(tmp_path_factory, tiny_area):
    view = sample_view(tmp_path_factory.mktemp("public"), tiny_area, *PARTS)
    return reports.make(view, tiny_area, language="en")


@pytest.fixture(scope="module")
def restricted(tmp_path_factory, tiny_area):
    view = sample_view(tmp_path_factory.mktemp("focal"), tiny_area, *PARTS, audience="focal_point")
    return reports.make(view, tiny_area, language="en", edition="restricted", reader="Somebody")


def table(report, anchor):
    (found,) = (one for one in report.blocks() if isinstance(one, ReportTable) and one.anchor == f"t-{anchor}")
    return {row.name: [cell.text for cell in row.cells] for row in found.rows}


def said(report):
    return " ".join(one.text for one in report.blocks() if isinstance(one, Paragraph))


def test_each_service_was_asked_in_one_way(public):
    found = table(public, "asked")
    assert found["By phone"][:2] == ["2", "1"]
    assert found["Never asked"][0] == "1"
    assert sum(int(cells[0]) for cells in found.values()) == 3


def test_pairs_that_look_alike_leave_fewer_different_ones(public):
    found = table(public, "doubles")
    assert found["Organizations"] == ["3", "1", "2"]
    assert found["Services"] == ["3", "1", "2"]


@pytest.mark.parametrize(("pairs", "fewer"), [("", 0), ("ab", 1), ("ab bc ac", 2), ("ab cd", 2), ("ab cd bc", 3)])
def test_three_that_are_one_are_two_too_many(pairs, fewer):
    assert joined(Candidate("service", *pair, 0.9) for pair in pairs.split()) == fewer


def test_capacity_is_for_partners_and_summed_up_for_them(public, restricted):
    assert "stated-capacity" not in public.numbers
    assert "tells partners how many people it can take" in said(public)
    assert "capacity" not in {one.key for one in public.recommendations}
    found = table(restricted, "stated-capacity")
    assert found["Legal aid"] == ["2", "2", "25"]
    assert found["Health care"] == ["1", "0", "not known"]


def test_the_share_that_was_referred_is_that_of_one_source_and_year(public):
    assert table(public, "indicators")["People who were referred to help, of those identified"][1] == (
        "30 of 40 (2024, Ministry of Orzustan)"
    )


def test_figures_say_how_many_of_them_could_overlap(public):
    text = said(public)
    assert "Of 3 figures 3 count persons" in text
    assert "For 0 of 3 measures and years" in text


def test_facts_of_law_stand_with_numbered_sources(tmp_path, tiny_area):
    told = [("A law.", "Register", 2014), ("A plan.", "Gazette", 2022), ("A change.", "Register", 2014)]
    facts = tuple(CountryFact(text={"en": text}, source=source, year=year) for text, source, year in told)
    settings = tiny_area.settings.model_copy(update={"context": facts})
    area = replace(tiny_area, file=tiny_area.file.model_copy(update={"settings": settings}))
    made = reports.make(sample_view(tmp_path, area, organization("Umed")), area, language="en")
    context = next(one for one in made.chapters if one.anchor == "context")
    said_, sources = [one.items for one in context.blocks if isinstance(one, Items)][:2]
    assert said_ == ("A law. [1]", "A plan. [2]", "A change. [1]")
    assert sources == ("Register (2014)", "Gazette (2022)")


@pytest.fixture(scope="module")
def talks(tmp_path_factory, tiny_area):
    """A view of talks for whom senders have words in several languages, and what is found in it."""
    words = ["women", "Женщины", "ayollar", "school children", "men leaving for work", "a choir", None]
    words.append("Мужчины, уезжающие на заработки")
    parts = [activity(f"Talk {at}", of="Qulla Hospital", unit="XT-E2", target_group=w) for at, w in enumerate(words)]
    view = sample_view(tmp_path_factory.mktemp("talks"), tiny_area, organization("Qulla Hospital"), *parts)
    return view, reports.gather(view, tiny_area)


@pytest.mark.parametrize(
    ("language", "groups"),
    [
        (
            "en",
            {
                "Women and girls": "3",
                "Children (under 18)": "1",
                "Men who leave to work": "2",
                "a choir": "1",
                "not stated": "1",
            },
        ),
        (
            "ru",
            {
                "Женщины и девочки": "3",
                "Дети (до 18 лет)": "1",
                "Мужчины, уезжающие на заработки": "2",
                "a choir": "1",
                "не сообщено": "1",
            },
        ),
        (
            "tg",
            {"Занон ва духтарон": "3", "Кӯдакон (то 18-сола)": "1", "Мардоне, ки ба кор мераванд": "2", "a choir": "1"},
        ),
        (
            "uz",
            {"Ayollar va qizlar": "3", "Bolalar (18 yoshgacha)": "1", "Ishga ketayotgan erkaklar": "2", "a choir": "1"},
        ),
    ],
)
def test_for_whom_is_told_in_the_language_of_the_reader(talks, tiny_area, language, groups):
    """Words that senders have for one group of ours are one row; those for none of ours stay theirs."""
    view, results = talks
    found = table(reports.make(view, tiny_area, language=language, results=results), "targets")
    told = {name: cells[-1] for name, cells in found.items()}
    assert groups.items() <= told.items()
    assert len(told) == 5


def test_no_profile_leaves_open_where_help_is(tmp_path, tiny_area):
    """A service without a place in a region, as one abroad, leaves no cell empty that stands for a place."""
    here = organization("Umed", kind="ngo")
    view = sample_view(tmp_path, tiny_area, here, service("Umed line", of="Umed", types=["IDN-HOT"], phones=["1313"]))
    profiles = table(reports.make(view, tiny_area, language="en"), "profiles")
    assert profiles["Umed"][1] == "Abroad, or place not stated"
