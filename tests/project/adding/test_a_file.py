"""A format, an analysis and a map layer are one file each: one that nobody foresaw, added aside, is met."""

import importlib
import sys

import pytest
from typer.testing import CliRunner

import mapping.analysis
import mapping.analysis.reliability
import mapping.formats
import mapping.render.layers
from mapping.cli import app as commands
from mapping.intake.read import read
from mapping.render import report as reports
from mapping.render.report.sources import Sources
from mapping.view.view import View
from tests.conftest import TINY
from tests.support.sample import TODAY
from tests.web.support.office import Office
from web import create_app

FORMAT = '''
"""Services a line, as an old office machine writes them: name|district."""

from mapping.formats import Sheet

SUFFIX = ".bars"
LABEL = {"en": "Lines with bars", "ru": "Строки с чертой", "tg": "Сатрҳо бо хат", "uz": "Chiziqli satrlar"}


def read(path):
    yield Sheet("bars", [line.split("|") for line in path.read_text("utf-8").splitlines()])


def write(view, path, *, area, language):
    path.write_text("".join(f"{entry.name}|\\n" for entry in view.services(language=language)), "utf-8")
'''
ANALYSIS = '''
"""Phones: how many listed services can be rung up."""

import pandas as pd

from mapping.language.i18n import Message
from mapping.result import Column, Figure, Result


def phones(view, area):
    """Count the listed services that have a phone of their own."""
    listed = [entry for entry in view.services() if entry.listed]
    count = sum(bool(entry.phones) for entry in listed)
    table = pd.DataFrame({"services": [len(listed)]}, index=pd.Index([area.code], name="code"))
    return Result(
        name="phones",
        title=Message("Services that can be rung up"),
        finding=Message("{count} services can be rung up.", {"count": count}),
        audience=view.audience,
        edition=view.edition,
        level=0,
        table=table,
        columns=(Column("services", Message("Listed services"), "count"),),
        figures={"phones": Figure(count, "count", Message("Services that can be rung up"))},
        method=Message("We counted."),
        total={"services": len(listed)},
        picture="none",
        basis="confirmed",
    )
'''
LAYER = '''
"""Middles: the middle of the country."""

from mapping.render.layers import Layer

ORDER = 45


def layers(view, area, *, results, language, links):
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [0.0, 0.0]}}
    contents = {"features": {"type": "FeatureCollection", "features": [point]}, "pane": "roads"}
    yield Layer("middles", "shapes", "The middle of the country", contents)
'''
LABELS = {"en": "Lines with bars", "ru": "Строки с чертой", "tg": "Сатрҳо бо хат"}


@pytest.fixture
def added(tmp_path, monkeypatch):
    """Add a file of some text to a package, in a folder that is not the package's own."""
    before = set(sys.modules)

    def add(package, name, text):
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
        importlib.invalidate_caches()

    yield add
    for name in set(sys.modules) - before:
        if name.endswith((".bars", ".phones", ".middles")):
            del sys.modules[name]


def run(*arguments):
    done = CliRunner().invoke(commands, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_format_is_a_file(added, view_file, sample_results, tiny_area, tmp_path):
    """It is written, offered with its label in every language, named where stewards bring a list in, and read."""
    added(mapping.formats, "bars", FORMAT)
    assert "bars" in run("export", "list")
    out = tmp_path / "services.bars"
    run("export", out, "--view", view_file, "--area", TINY)
    assert "Legal advice|\n" in out.read_text("utf-8")
    app = create_app(view_file, tiny_area)
    app.config["EDITIONS"].now().report_results(lambda *_: sample_results)
    client = app.test_client()
    steward = Office(tmp_path / "office", tiny_area).client()
    for language, label in LABELS.items():
        assert label in client.get(f"/{language}/data.html").text
        assert f"{label}: .bars" in steward.get(f"/{language}/import.html").text
    catalogued = client.get("/data/catalog.jsonld").get_json()["dcat:dataset"][0]["dcat:distribution"]
    (own,) = [text for file in catalogued for text in file["dct:title"] if text["@value"] == LABELS["tg"]]
    assert own["@language"] == "tg"
    out.write_text("name|district\nUmed|Chashma\n", "utf-8")
    assert read(out, source="Umed", area=tiny_area, today=TODAY).rows == 1


def test_an_analysis_is_a_file(added, view_file, tiny_area):
    """The command knows it, its question's page shows it, and the report tells how it was worked out."""
    added(mapping.analysis.reliability, "phones", ANALYSIS)
    assert "Count the listed services that have a phone of their own." in run("analyse", "list")
    assert "services can be rung up." in run("analyse", "phones", "--view", view_file, "--area", TINY)
    app = create_app(view_file, tiny_area)
    client, results = app.test_client(), app.config["EDITIONS"].now().report_results()
    assert "Services that can be rung up" in client.get("/en/gaps.html").text
    assert "services can be rung up." in client.get("/en/g/phones.html").text
    with View(view_file) as view:
        made = reports.make(view, tiny_area, language="en", results=results)
        basis = Sources(view, tiny_area, "en", results).basis(results["phones"])
    assert "We counted." in str(made)
    assert basis.startswith("Services that are confirmed: ")


def test_a_map_layer_is_a_file(added, view_file, tmp_path):
    added(mapping.render.layers, "middles", LAYER)
    run("map", tmp_path / "map.html", "--view", view_file, "--area", TINY)
    assert "The middle of the country" in (tmp_path / "map.html").read_text("utf-8")
