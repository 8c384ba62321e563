"""What every analysis must keep to, whatever it is given; a new one is tested by being there."""

import re
import shutil
import xml.etree.ElementTree as ET
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from mapping.analysis.common.wording import NO_ROADS
from mapping.area.study_area import StudyArea
from mapping.directory.directory import Directory
from mapping.errors import NotFound
from mapping.language.i18n import show
from mapping.registry import analyses
from mapping.render.charts import DRAW, chart, kind_of
from mapping.result import Result
from mapping.view.view import View
from tests.analysis.invented import CHASHMA, TODAY, activity, lowered, service, statement, view, without_people
from tests.conftest import TINY
from tests.support.sample import SECRETS, km, organization, place, public_parts, sample_view, secret_parts
from tests.support.sample import service as a_service

LANGUAGES = ("en", "ru", "tg", "uz")
ANALYSES = sorted(analyses())

VIEWS = {
    "nothing": view(),
    "one service": view(service("PSY-COU", at=CHASHMA)),
    "a line": view(service("IDN-HOT")),
    "only statements": view(said=[statement("ACC-VOT", "XT-W")]),
    "no type": view(service(at=CHASHMA)),
    "a type of the future": view(service("NEW-ONE", at=CHASHMA)),
    "only a family": view(service("PSY", at=CHASHMA)),
    "all stale": view(service("PSY-COU", at=CHASHMA, freshness="lapsed")),
    "an activity": view(service("PSY-COU", at=CHASHMA), activities=[activity("PRV-AWA", "XT", organization_id="a")]),
    "in the sea": view(service("PSY-COU", at=(-40.0, -20.0))),
}


@pytest.fixture(params=ANALYSES)
def analysis(request):
    return analyses()[request.param]


def texts(result, language):
    """Return every text of a result in a language."""
    parts = [result.title, result.finding, result.method, *result.also, *result.caveats, *result.group_labels.values()]
    parts += [one.name for one in result.inputs] + [one.label for one in result.figures.values()]
    parts += [one for column in result.columns for one in (column.label, column.short) if one is not None]
    said = [str(show(part, language)) for part in parts if part]
    said += [one.text(language) for one in result.figures.values()]
    said += [result.text(code, column.key, language) for code in result.table.index for column in result.columns]
    return said + [result.total_text(column.key, language) for column in result.columns]


def check(result, area):
    """Check what holds for any result."""
    assert isinstance(result, Result)
    assert list(result.table.index) == [str(code) for code in area.units(result.level).index]
    assert not result.table.isna().any().any()
    for column in result.columns:
        values = result.table[column.key]
        if column.kind == "share":
            assert values.between(0, 1).all()
        if column.kind in ("people", "count", "minutes"):
            assert (values >= 0).all()
        if column.low and column.kind != "state":
            assert (result.table[column.low] <= values + 1e-9).all()
            assert (values <= result.table[column.high] + 1e-9).all()
    assert all(str(sentence).endswith(".") for sentence in result.also)
    for language in LANGUAGES:
        for text in texts(result, language):
            assert not re.search(r"[{}]|\bnan\b|\bNaN\b|\bNone\b(?! listed)|\binf\b", text), text
    assert not result.sheet().isna().any().any()
    assert result.surface is None or not np.isnan(result.surface.minutes).any()
    draw(result, area)


def draw(result, area):
    """Draw every kind of chart that a result can be drawn as: no number in it is none."""
    for kind in DRAW:
        try:
            picture = chart(result, area, language="tg", kind=kind)
        except NotFound:
            assert kind_of(result) != kind
            continue
        assert not re.search(r'\bnan\b|\binf\b|"None"', picture), kind
        ET.fromstring(picture)


@pytest.mark.parametrize("given", VIEWS)
def test_any_view_gives_a_result_that_can_be_shown(analysis, given, tiny_area):
    check(analysis(VIEWS[given], tiny_area), tiny_area)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_any_level_may_be_asked_for(analysis, level, tiny_area):
    result = analysis(VIEWS["one service"], tiny_area, level=level)
    assert result.level == level
    check(result, tiny_area)


def test_an_area_where_nobody_lives(analysis, tiny_area):
    empty = without_people(tiny_area, *tiny_area.unit_codes)
    check(analysis(VIEWS["one service"], empty), empty)


@pytest.fixture(scope="module")
def one_unit(tmp_path_factory):
    """Orzustan as a country of one unit, which has no other level."""
    folder = Path(shutil.copytree(TINY, tmp_path_factory.mktemp("one") / "area"))
    head, country, _, districts = (folder / "area.toml").read_text("utf-8").split("[[level]]")
    rest = districts[districts.index("[population]") :]
    (folder / "area.toml").write_text(f"{head}[[level]]{country}{rest}", "utf-8")
    for path in (*folder.glob("population/*.csv"), *folder.glob("places/*.csv")):
        lines = path.read_text("utf-8").splitlines()
        kept = lines[:2] if path.stem == "census" else [re.sub(r"XT-[WE]\d?", "XT", line) for line in lines]
        path.write_text("\n".join([*kept, ""]), "utf-8")
    return StudyArea.load(folder)


OF_ONE = re.compile(r"\b1 of 1 (areas|regions|units)|from every area|between units|area with the most")
"""What nobody says of one unit."""


@pytest.mark.parametrize("given", ["nothing", "one service", "only statements", "an activity"])
def test_an_area_of_one_unit(analysis, given, one_unit):
    assert list(one_unit.unit_codes) == ["XT"]
    result = analysis(VIEWS[given], one_unit)
    check(result, one_unit)
    assert [text for text in map(str, (result.finding, *result.also)) if OF_ONE.search(text)] == []


@pytest.fixture(scope="module")
def of_nothing(tiny_area, tmp_path_factory):
    """A public view of a directory that holds nothing."""
    folder = tmp_path_factory.mktemp("nothing")
    with Directory(folder / "directory.db", tiny_area) as directory:
        directory.view("public", folder / "public.db", edition=TODAY).close()
    with View(folder / "public.db") as opened:
        yield opened


def test_an_empty_directory(analysis, tiny_area, of_nothing):
    check(analysis(of_nothing, tiny_area), tiny_area)


def test_an_area_with_open_borders(analysis, tiny_area):
    check(analysis(VIEWS["one service"], lowered(tiny_area, cross_borders=True)), tiny_area)


@pytest.fixture(scope="module")
def real_views(tiny_area, tmp_path_factory):
    """The views of the sample, by audience."""
    with ExitStack() as stack:
        yield {
            audience: stack.enter_context(sample_view(tmp_path_factory.mktemp(audience), tiny_area, audience=audience))
            for audience in ("public", "partner", "focal_point")
        }


@pytest.mark.parametrize("audience", ["public", "partner", "focal_point"])
def test_a_real_view_of_any_audience(analysis, audience, tiny_area, real_views):
    result = analysis(real_views[audience], tiny_area)
    assert result.audience == audience
    assert result.edition == real_views[audience].edition
    check(result, tiny_area)


def test_where_no_roads_are_known_what_is_said_of_travel_says_that_everybody_walks(
    analysis, tiny_area, real_views, monkeypatch
):
    by_road = analysis(real_views["public"], tiny_area)
    monkeypatch.setattr(StudyArea, "everybody_walks", True)
    on_foot = analysis(real_views["public"], tiny_area)
    assert NO_ROADS not in by_road.also
    assert (NO_ROADS in on_foot.also) is any("terrain" in str(source.name) for source in on_foot.inputs)


@pytest.fixture(scope="module")
def all_hidden(tiny_area, tmp_path_factory):
    """A public view of a directory whose every record is confidential."""
    parts = [organization("Нуҳуфта", audience="custodian")]
    for number, kind in enumerate(("PSY-COU", "LEG-INF", "ACC-EME")):
        name = f"Хонаи Нуҳуфта {number}"
        parts.append(a_service(name, of="Нуҳуфта", types=[kind], audience="custodian"))
        parts.append(place(f"Боғи Нуҳуфта {number}", of=[name], at=CHASHMA, unit="XT-W1", audience="custodian"))
    with sample_view(tmp_path_factory.mktemp("hidden"), tiny_area, *parts) as opened:
        assert not opened.services()
        yield opened


def test_a_directory_in_which_everything_is_confidential(analysis, tiny_area, all_hidden):
    check(analysis(all_hidden, tiny_area), tiny_area)


def everything(result):
    """Return all that a result says, to compare two."""
    said = [text for language in LANGUAGES for text in texts(result, language)]
    surfaces = [one.minutes.tobytes() for one in (result.surface, *result.scenarios) if one]
    said += [one.text(language) for each in result.scenarios for one in each.figures for language in LANGUAGES]
    return said, result.sheet().to_csv(), str(dict(result.total)), surfaces


@pytest.fixture(scope="module")
def without_secrets(tiny_area, tmp_path_factory):
    with sample_view(tmp_path_factory.mktemp("without"), tiny_area, public_parts()) as opened:
        yield opened


@pytest.fixture(scope="module")
def with_secrets(tiny_area, tmp_path_factory):
    """The public views of two directories that hold secrets too: a shelter, and another beside it in another place."""
    shelter = a_service("Another shelter", of="Umed", types=["ACC-EME"], audience="custodian")
    home = place("Another home", of=["Another shelter"], at=CHASHMA, unit="XT-W2", audience="custodian")
    with (
        sample_view(tmp_path_factory.mktemp("one"), tiny_area, public_parts(), secret_parts()) as one,
        sample_view(tmp_path_factory.mktemp("two"), tiny_area, public_parts(), secret_parts(), shelter, home) as two,
    ):
        yield one, two


def test_what_is_secret_changes_nothing(analysis, tiny_area, with_secrets, without_secrets):
    """Worlds without a shelter, with one, and with another that stands elsewhere give the same to the last digit."""
    own = everything(analysis(without_secrets, tiny_area))
    for opened in with_secrets:
        assert everything(analysis(opened, tiny_area)) == own


def test_what_is_public_does_change_something(tiny_area, tmp_path, without_secrets):
    """The test above would pass for ever if nothing ever changed anything."""
    lawyer = a_service("More advice", of="Umed", types=["LEG-INF"])
    office = place("Office", of=["More advice"], at=km(10.5, 13.5), unit="XT-W1")
    with sample_view(tmp_path, tiny_area, public_parts(), lawyer, office) as opened:
        for name in ("coverage", "nrm", "reach"):
            one, other = (analyses()[name](each, tiny_area) for each in (opened, without_secrets))
            assert everything(one) != everything(other), name


def test_no_secret_is_said(analysis, tiny_area, real_views):
    said, sheet, *_ = everything(analysis(real_views["public"], tiny_area))
    text = "\n".join([*said, sheet])
    for name, secret in SECRETS.items():
        assert str(secret) not in text, name


def test_the_docstring_says_what_it_does(analysis):
    first = (analysis.__doc__ or "").strip().splitlines()[0]
    assert re.fullmatch(r"[A-Z][^.]*\.", first), first
