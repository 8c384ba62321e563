"""Formats, analyses and layers are found by their files, and what does not fit is said."""

import importlib
import sys
import zipfile
from importlib.metadata import EntryPoint
from inspect import unwrap
from types import SimpleNamespace

import pytest

import mapping.analysis
import mapping.formats
import mapping.render.layers
from mapping import registry
from mapping.errors import FormatError, InvalidRecord
from tests.support.sample import sample_view


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Look for modules of every kind in an empty folder, and for no entry points."""
    for package in (mapping.analysis, mapping.render.layers, mapping.formats):
        monkeypatch.setattr(package, "__path__", [str(tmp_path)])
    monkeypatch.setattr(registry, "entry_points", lambda **_: [])
    before = set(sys.modules)
    importlib.invalidate_caches()
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(folder, name, text):
    (folder / f"{name}.py").write_text(text)
    importlib.invalidate_caches()
    registry._in_folders.cache_clear()


@pytest.fixture
def plugin(folder, tmp_path, monkeypatch):
    """Offer a module of another distribution under an entry point."""

    def offer(name, text, *, module="somebody_elses"):
        elsewhere = tmp_path / "site"
        elsewhere.mkdir(exist_ok=True)
        if text is not None:
            write(elsewhere, module, text)
        monkeypatch.syspath_prepend(str(elsewhere))
        monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint(name, module, group)])

    return offer


def test_our_own_analyses_are_found():
    found = registry.analyses()
    assert list(found) == sorted(found)
    assert {"coverage", "reach", "nrm", "norms"} <= set(found)
    for name, function in found.items():
        assert function.__name__ == name
        assert (function.__doc__ or "").strip(), f"{name} does not say what it does"


def test_a_new_file_is_a_new_analysis(folder):
    assert registry.analyses() == {}
    write(folder, "quiet", "def quiet(view, area):\n    return 42\n")
    write(folder, "_shared", "raise RuntimeError('helpers are not looked at')\n")
    assert unwrap(registry.analyses()["quiet"])(None, None) == 42


def test_every_analysis_answers_the_question_of_its_folder():
    asked = registry.questions()
    assert next(str(question) for question, _ in asked) == "Is each kind of help there?"
    assert sorted(name for _, names in asked for name in names) == list(registry.analyses())


def test_a_new_folder_is_a_new_question(folder):
    (folder / "money").mkdir()
    write(folder / "money", "__init__", "ORDER, QUESTION = 2, 'Is it paid for?'\n")
    write(folder / "money", "donors", "def donors(view, area):\n    return 42\n")
    write(folder, "quiet", "def quiet(view, area):\n    return 42\n")
    assert registry.questions() == [("Is it paid for?", ["donors"])]
    assert list(registry.analyses()) == ["donors", "quiet"]


def test_an_analysis_must_hold_a_function_of_its_name(folder):
    write(folder, "quiet", "def loud(view, area): ...\n")
    with pytest.raises(InvalidRecord, match=r"analysis quiet: mapping\.analysis\.quiet has no function quiet"):
        registry.analyses()


def test_an_analysis_that_gives_no_result_is_named(folder, plugin):
    write(folder, "quiet", "def quiet(view, area): ...\n")
    plugin("loud", "def loud(view, area):\n    return {'rows': 42}\n")
    found = registry.analyses()
    with pytest.raises(InvalidRecord, match=r"analysis quiet: mapping\.analysis\.quiet\.quiet returned nothing"):
        found["quiet"](None, None)
    with pytest.raises(InvalidRecord, match=r"analysis loud: somebody_elses\.loud returned a dict; .* a Result"):
        found["loud"](None, None)


def test_a_layer_is_a_module_with_layers_and_a_place(folder):
    write(folder, "dots", "ORDER = 7\ndef layers(view, area):\n    return ['dots']\n")
    found = registry.layers()
    assert found["dots"].layers(None, None) == ["dots"]


@pytest.mark.parametrize("text", ["ORDER = 7\n", "def layers(view, area): ...\n", "ORDER = 'top'\ndef layers(): ...\n"])
def test_a_layer_without_its_names_is_refused(folder, text):
    write(folder, "dots", text)
    with pytest.raises(InvalidRecord, match="layer dots"):
        registry.layers()


def test_our_own_layers_and_formats_fit():
    assert all(module.layers for module in registry.layers().values())
    assert {"csv", "xlsx"} <= set(registry.formats())


def test_a_file_is_read_by_its_ending(folder, tmp_path):
    write(folder, "kml", "SUFFIX = '.kml .kmz'\ndef read(path): ...\n")
    write(folder, "gpx", "SUFFIX = '.gpx'\ndef write(view, path): ...\n")
    file = tmp_path / "a.KMZ"
    file.write_text("x")
    assert registry.format_of(file).__name__ == "mapping.formats.kml"
    with pytest.raises(FormatError, match=r"a\.kml: there is no such file"):
        registry.format_of(tmp_path / "a.kml")
    (tmp_path / "a.gpx").touch()
    with pytest.raises(FormatError, match=r"files ending in \.gpx cannot be read; save it as one of \.kml, \.kmz"):
        registry.format_of(tmp_path / "a.gpx")


def test_where_formats_share_an_ending_the_contents_decide(folder, tmp_path):
    write(folder, "plain", "SUFFIX = '.json'\ndef read(path): ...\n")
    write(
        folder, "stars", "SUFFIX = '.json'\ndef recognises(path): return '*' in path.read_text()\ndef read(path): ...\n"
    )
    for text, name in (("*", "stars"), ("x", "plain")):
        (tmp_path / "a.json").write_text(text)
        assert registry.format_of(tmp_path / "a.json").__name__ == f"mapping.formats.{name}"
    (folder / "plain.py").unlink()
    registry._in_folders.cache_clear()
    with pytest.raises(FormatError, match=r"holds none of what we read from such files \(stars\); ask the sender"):
        registry.format_of(tmp_path / "a.json")
    write(folder, "packed", "SUFFIX = '.zip'\ndef recognises(path): return False\ndef read(path): ...\n")
    registry._in_folders.cache_clear()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("notes.txt", "x")
    with pytest.raises(FormatError, match=r"such files \(packed\); unpack the archive"):
        registry.format_of(tmp_path / "a.zip")


@pytest.mark.parametrize("text", ["def read(path): ...\n", "SUFFIX = '.kml'\n", "SUFFIX = 3\ndef read(path): ...\n"])
def test_a_format_must_have_a_suffix_and_a_way_in_or_out(folder, text):
    write(folder, "kml", text)
    with pytest.raises(InvalidRecord, match="format kml"):
        registry.formats()


def test_a_convention_within_sheets_needs_no_ending(folder):
    write(folder, "tags", "def columns(sheets, area): ...\n")
    assert list(registry.formats()) == ["tags"]


def test_other_distributions_may_add_analyses(folder, plugin):
    plugin("quiet", "def quiet(view, area):\n    return 7\n")
    assert unwrap(registry.analyses()["quiet"])(None, None) == 7


def test_a_plugin_cannot_take_the_name_of_another(folder, plugin):
    write(folder, "quiet", "def quiet(view, area): ...\n")
    plugin("quiet", "def quiet(view, area): ...\n")
    with pytest.raises(InvalidRecord, match=r"rohnamo\.analyses: the name quiet \(somebody_elses\) is taken"):
        registry.analyses()


def test_a_plugin_that_cannot_be_imported_is_named(folder, plugin):
    plugin("quiet", None, module="not_there_at_all")
    with pytest.raises(InvalidRecord, match=r"not_there_at_all cannot be imported"):
        registry.analyses()


@pytest.mark.parametrize("name", [name for name, module in registry.formats().items() if hasattr(module, "write")])
def test_every_format_refuses_a_view_of_another_country_though_called_by_itself(name, tmp_path, tiny_area):
    other = SimpleNamespace(code="XX", folder="xx")
    with sample_view(tmp_path, tiny_area) as view, pytest.raises(InvalidRecord, match="is a view of XT"):
        registry.formats()[name].write(view, tmp_path / "out", area=other, language="en")
    assert not (tmp_path / "out").exists()
