"""Materials by language and audience, and what a faulty file is told."""

import pytest

from mapping.errors import InvalidRecord, NotFound
from mapping.resources import shipped
from web.public.materials import AUDIENCES, COLUMNS, KINDS, material, read, shelf


@pytest.fixture(scope="module")
def materials():
    return read(shipped("demo") / "materials.csv")


def test_the_demo_has_some_for_every_audience_and_kind(materials):
    assert {each.audience for each in materials} == set(AUDIENCES)
    assert {each.kind for each in materials} == set(KINDS)
    assert {(each.language, each.source) for each in materials} == {
        ("en", "Invented for the demonstration"),
        ("ru", "Придумано для демонстрации"),
        ("tg", "Барои намоиш сохта шудааст"),
        ("uz", "Namoyish uchun toʻqilgan"),
    }


def test_they_are_chosen_by_language_and_audience(materials):
    assert set(shelf(materials, "", "en").materials) == set(materials)
    assert {each.language for each in shelf(materials, "tg", "en").materials} == {"tg"}
    both = shelf(materials, "ru-a1", "en")
    assert {(each.language, each.audience) for each in both.materials} == {("ru", "migrants")}
    for wrong in ("xx", "a9", "ru-", "a1-ru"):
        with pytest.raises(NotFound):
            shelf(materials, wrong, "en")
    with pytest.raises(NotFound):
        material(materials, "m1-xx")


def test_those_in_the_language_of_the_reader_come_first(materials):
    languages = [leaflet.language for leaflet in shelf(materials, "", "tg").materials]
    assert languages == sorted(languages, key=lambda language: language != "tg")
    assert languages[0] == "tg"


def test_every_choice_on_the_page_is_a_page(text, client):
    page = text("/en/materials.html")
    paths = {part.split('"')[0] for part in page.split('href="')[1:]}
    chosen = {path for path in paths if path.startswith(("materials-", "l/"))}
    assert len(chosen) > 10
    for path in chosen:
        assert client.get(f"/en/{path}").status_code == 200, path
    assert '<h1 lang="tg">' in text("/en/l/m1-tg.html")


def test_every_fault_of_a_file_is_told_at_once(tmp_path):
    path = tmp_path / "materials.csv"
    path.write_text(f"{','.join(COLUMNS)}\nm1,song,everyone,en,Title,Text,x,y\nm1,leaflet,nobody,en,,Text,x,y\n")
    with pytest.raises(InvalidRecord) as told:
        read(path)
    for part in (
        "row 2: kind is 'song'",
        "row 3: audience is 'nobody'",
        "row 3: title or text",
        "row 3: m1 stands there twice",
    ):
        assert part in str(told.value)
    path.write_text("id,kind\n")
    with pytest.raises(InvalidRecord, match="no column audience, language"):
        read(path)


def test_a_country_without_the_file_has_an_empty_page(view_file, tiny_area):
    from web import create_app

    client = create_app(view_file, tiny_area).test_client()
    assert "No materials here yet." in client.get("/en/materials.html").get_data(as_text=True)


def test_a_file_that_excel_saved_is_read_like_any_other(tmp_path, materials):
    (tmp_path / "materials.csv").write_bytes(b"\xef\xbb\xbf" + (shipped("demo") / "materials.csv").read_bytes())
    assert read(tmp_path / "materials.csv") == materials
