"""What can be printed: whole, in large type, with nothing but what is public, and twice the same bytes."""

import pytest

from mapping.errors import NotFound
from tests.support.canary import find_canaries
from tests.support.sample import SECRETS, public_parts, records_of, secret_parts
from tests.web.support.portal import published
from web import create_app
from web.presenters.edition import Edition
from web.public import printing


@pytest.fixture
def edition(view_file, tiny_area) -> Edition:
    return Edition(view_file, tiny_area)


def names(shown):
    return [str(card.name) for _, cards in shown.parts for card in cards]


def test_a_region_has_all_that_can_be_visited_there_or_reaches_it(edition):
    west, east = (printing.booklet(edition, code, "en") for code in ("r1", "r2"))
    assert "Legal advice" in names(west)
    assert "Emergency ward" in names(east)
    assert "Emergency ward" not in names(west)
    assert "Help abroad" not in names(west) + names(east)
    assert west.total == len(names(west)) == len(set(names(west)))
    assert west.parts[-1][0].startswith(("Not offered first", "By phone"))
    with pytest.raises(NotFound):
        printing.booklet(edition, "r9", "en")


def test_what_nobody_confirmed_for_long_stands_last_under_a_heading_that_says_so(edition):
    *others, (heading, last) = printing.booklet(edition, "r1", "en").parts
    assert heading.startswith("Not offered first")
    assert [str(card.name) for card in last] == ["Counselling"]
    assert "Legal advice" in [str(card.name) for _, cards in others for card in cards]
    assert not [heading for heading, _ in others if heading.startswith("Not offered first")]


def test_a_booklet_goes_by_need_in_the_order_of_the_first_page(edition):
    parts = printing.booklet(edition, "r1", "en").parts
    headings = [heading for heading, _ in parts]
    assert len(headings) == len(set(headings))
    needs = [heading for heading in ("A safe place to stay", "A doctor", "A lawyer or advice") if heading in headings]
    assert "A lawyer or advice" in needs
    assert headings[: len(needs)] == needs
    assert "Legal advice" in [str(card.name) for card in dict(parts)["A lawyer or advice"]]


@pytest.mark.parametrize("language", ["en", "ru", "tg"])
def test_cards_hold_the_number_and_nothing_that_puts_anybody_at_risk(text, language):
    page = text(f"/{language}/cards.html")
    card = page.split('<section class="card">')[1].split("</section>")[0].lower().replace("скорая помощь", "")
    assert "1313" in card
    for word in ("help", "victim", "violence", "traffick", "помощ", "жертв", "насили", "кумак", "зӯровар", "rohnamo"):
        assert word not in card, word


def test_pdf_is_offered_only_where_it_was_asked_for(text, client):
    assert ".pdf" not in text("/en/print.html")
    for name in ("print-r1", "cards", "poster"):
        assert client.get(f"/en/{name}.pdf").status_code == 404


def test_pdf_is_the_same_twice_and_holds_no_secret(view_file, tiny_area, tmp_path):
    pypdf = pytest.importorskip("pypdf")
    pytest.importorskip("weasyprint")
    for folder in ("one", "two"):
        app = create_app(view_file, tiny_area, demo=True)
        printing.offer_pdf(app)
        (tmp_path / folder).mkdir()
        for name in ("print-r1", "cards", "poster"):
            (tmp_path / folder / f"{name}.pdf").write_bytes(app.test_client().get(f"/ru/{name}.pdf").data)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
        assert path.read_bytes()[:5] == b"%PDF-"
    posters = app.test_client().get("/ru/poster.html").text.count('<section class="poster">')
    for name, sheets in (("cards", 1), ("poster", posters)):  # ten cards on a sheet, each poster on one of its own
        assert len(pypdf.PdfReader(tmp_path / "one" / f"{name}.pdf").pages) == sheets, name
    words = "".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "one" / "print-r1.pdf").pages)
    assert "вымышлено" in words
    (tmp_path / "words.txt").write_text(words)
    assert find_canaries([tmp_path], SECRETS) == []


def test_two_worlds_that_differ_in_secrets_give_one_pdf(tiny_area, tmp_path):
    pytest.importorskip("weasyprint")
    made = []
    for number, parts in enumerate((public_parts(), records_of(public_parts(), secret_parts()))):
        app = create_app(published(tmp_path / str(number), tiny_area, *parts), tiny_area)
        printing.offer_pdf(app)
        made.append([app.test_client().get(f"/tg/{name}.pdf").data for name in ("print-r1", "print-r2", "cards")])
    assert made[0] == made[1]


def test_nothing_is_fetched_for_a_pdf(view_file):
    for url in ("https://example.org/x.css", "file:///etc/passwd", view_file.as_uri()):
        with pytest.raises(ValueError, match="fetches nothing"):
            printing._own(url)
