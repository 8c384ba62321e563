"""Pages of the portal: what stands on them, in every language, and what never does."""

import csv
import datetime as dt
import html
import io
import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mapping.errors import UnsafePublication
from mapping.render import report as reports
from mapping.render.report.writers import html as html_report
from mapping.view.search import FLAGS
from mapping.view.view import View
from tests.support.sample import CHASHMA, SECRETS, TODAY, organization, place, sample_directory, service, statement
from tests.web.support.portal import published
from web import create_app
from web.headers import HEADERS, headers_for, of_api
from web.public import units

ROOT = Path(__file__).resolve().parents[3]
LANGUAGES = ("tg", "ru", "en")

WORDS = {
    "en": ("Find help", "Leave this page", "A lawyer or advice"),
    "ru": ("Найти помощь", "Быстро уйти", "Юрист или совет"),
    "tg": ("Ёфтани кумак", "Баромадан", "Адвокат ё маслиҳати ҳуқуқӣ"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_page_shows_the_line_before_any_question(text, language):
    page = text(f"/{language}/index.html")
    for words in WORDS[language]:
        assert words in page
    assert f'<html lang="{language}">' in page
    assert page.index('href="tel:1313"') < page.index('href="n1.html"')
    assert 'href="tel:0002"' in page
    assert 'href="tel:0003"' in page


def test_ten_needs_lead_to_where_to_who_to_a_list(text):
    paths = [*(f"n{number}" for number in range(1, 10)), "n0"]
    assert re.findall(r'href="(n\d)\.html"', text("/en/index.html")) == paths
    where = text("/en/n4.html")
    assert re.findall(r'href="(n4-[^"]+)\.html"', where) == [
        *("n4-r1", "n4-r2"),  # on the map
        *("n4-r1", "n4-r2", "n4-xn-e", "n4-zz-e", "n4-r0"),
    ]
    assert re.findall(r'href="(n4-r1-[^"]+)\.html"', text("/en/n4-r1.html")) == ["n4-r1-a", "n4-r1-f", "n4-r1-e"]
    assert "Legal advice" in text("/en/n4-r1-a.html")


def test_a_line_is_called_and_not_called_first(text, ids):
    """Nobody goes to a line: "call first" would ask where to."""
    assert "Call: 1313" in text("/en/all-1.html")
    assert "Call first: 1313" not in text("/en/all-1.html").replace("\xa0", " ")
    assert "<h2>Call first</h2>" not in text(f"/en/s/{ids['Hotline']}.html")
    index = json.loads(text("/en/index.js").removeprefix("ROHNAMO_INDEX=").rstrip(";\n"))
    lines = {row[2] for row in index["rows"] if row[-1] >> len(FLAGS) & 1}
    assert lines == {ids["Hotline"]}


def test_a_list_says_why_when_and_how_far(text):
    page = text("/en/n4-r1-a.html")
    assert "Why listed:" in page
    assert "Call first: +992" in page
    assert "1\xa0September\xa02026" in page or "1 September 2026" in page
    assert "Travel" in page
    assert "they are not measured" in page
    assert "Everything on this map is invented." in page  # the modelled warning, since travel times are stated


def test_an_area_without_a_service_says_that_this_proves_nothing(text):
    page = text("/en/n9-r1-a.html")
    assert "That does not mean that there is no help" in page
    assert 'href="tel:1313"' in page


def test_what_was_not_confirmed_for_long_stands_last(text):
    page = text("/en/n2-r1-a.html")  # the counselling was last confirmed in 2024, with no day for the next check
    assert "Counselling" in page
    assert "Not confirmed" in page


def test_a_statement_stands_in_a_block_of_its_own(text):
    """It answers what was asked for, so it comes before offices that are near and closed at night."""
    page = text("/en/n1-r1-a.html")
    assert page.index("Arranged by phone only") < page.index("<h3")
    block = page[page.index("Arranged by phone only") :]
    assert "A safe place to stay can be arranged" in block
    assert "1 June 2027" in block


def test_what_has_no_point_is_not_among_what_is_near(text):
    page = text("/en/n5-r2-e.html")  # papers, known by area only
    assert page.index("without a point on the map") < page.index(">Papers<")


def test_a_service_says_all_that_is_known_and_what_is_not(text, ids):
    page = text(f"/en/s/{ids['Legal advice']}.html")
    for words in ("Call first", "1 Market Street", "Bus 3", "Ramp at the door", "Tajik", "Russian", "Free", "Adults"):
        assert words in page, words
    assert "Monday – Friday" in page
    assert "8:00–17:00" in page
    assert "Confirmed by phone on 1 September 2026" in page
    assert "Not known: ask by phone" in page  # papers
    assert f'href="../o/{ids["@Legal Centre"]}.html"' in page


def test_a_text_in_another_language_is_marked_as_such(text, ids):
    page = text(f"/tg/s/{ids['Emergency ward']}.html")  # its name is given in Russian only
    assert '<span lang="ru">Приёмное отделение</span>' in page
    assert "бо забони дигар" in page


def test_an_organization_shows_its_services(text, ids):
    page = text(f"/en/o/{ids['@Umed']}.html")
    assert "Hotline" in page
    assert "umed@umed.example" in page
    assert 'rel="nofollow noreferrer noopener"' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_unit_says_what_is_here_what_is_near_and_who_is_responsible(text, tiny_area, language):
    page = text(f"/{language}/u/XT-W2.html")
    assert tiny_area.label("XT-W2", language) in page
    assert tiny_area.label("XT-W", language) in page
    assert {"en": "Who is responsible", "ru": "Кто отвечает", "tg": "Кӣ масъул аст"}[language] in page
    assert tiny_area.warning[language] in page


def test_pages_call_a_level_as_the_area_does_and_know_no_census(text, tiny_area):
    assert f">{tiny_area.level_name(2, 'ru')}</th>" in text("/ru/u/index.html")
    for page in ("u/index", "u/XT-W", "u/XT-W2", "index", "p2"):
        words = re.sub(r"<[^>]*>|\w+ District", " ", text(f"/en/{page}.html")).replace(
            tiny_area.level_name(2, "en"), ""
        )
        assert not re.search(r"\bdistricts?\b|\bcensus\b", words, re.I), page


def test_minutes_on_a_units_page_are_those_of_the_view(text, app):
    edition = app.config["EDITIONS"].now()
    seat, _ = edition.seats["XT-W2"]
    assert edition.minutes(seat, "summer"), "the sample has travel times"
    row = re.search(r"A lawyer or advice</th>.*?</tr>", text("/en/u/XT-W2.html"))[0]
    assert "min" in row
    assert "(here)" in row


def test_a_unit_with_many_services_leads_to_the_whole_list(text, view_file, tiny_area, monkeypatch):
    everything = text("/en/u/XT-W.html")
    assert "Not all are on this page" not in everything
    cards = re.compile(r'<a href="\.\./s/[^"]+">([^<]+)<')
    named = cards.findall(everything.split("Listed here")[1])
    monkeypatch.setattr(units, "SHOWN", 0)
    page = create_app(view_file, tiny_area).test_client().get("/en/u/XT-W.html").text
    assert "Listed here" not in page
    (printed,) = re.findall(r'href="\.\./(print-[^"]+)"[^>]*>Not all are on this page', page)
    assert [name for name in named if name not in text(f"/en/{printed}")] == []


def test_titles_are_neutral_and_unique(site):
    for language in LANGUAGES:
        titles: dict[str, str] = {}
        for path in (site / language).rglob("*.html"):
            title = html.unescape(re.search(r"<title>(.*?)</title>", path.read_text())[1])
            assert title not in titles, f"{path} and {titles.get(title)}: {title}"
            titles[title] = path.name
        assert any(title.startswith(("Entry", "Запись", "Сабти")) for title in titles)


def test_names_of_files_tell_nothing(site):
    telling = re.compile("help|legal|law|shelter|violen|traffick|victim|safe|abuse|police|child|hotline", re.I)
    assert [path.name for path in site.rglob("*") if telling.search(path.name)] == []


def test_pages_of_a_persons_choices_are_not_for_search_engines(text, ids):
    for path in ("/en/n4-r1.html", "/en/n4-r1-a.html", f"/en/s/{ids['Papers']}.html"):
        assert '<meta name="robots" content="noindex' in text(path)
    for path in ("/en/index.html", "/en/n4.html", "/en/p3.html"):
        assert "noindex" not in text(path)


def test_every_page_of_a_demo_says_so(site):
    said = re.compile("everything here is invented|всё здесь вымышлено|маълумот воқеӣ нест")
    assert [str(path) for path in site.rglob("*.html") if not said.search(path.read_text())] == []


def test_the_way_out_is_on_every_page_and_is_a_plain_link(site):
    for path in site.rglob("*.html"):
        page = path.read_text()
        assert page.count('href="https://www.wikipedia.org/" rel="nofollow noreferrer"') == 2, path


def test_no_code_inside_html(site):
    inside = re.compile(r"<script(?![^>]* src=)|\son\w+=|\sstyle=|<style|javascript:", re.I)
    assert [str(path) for path in site.rglob("*.html") if inside.search(path.read_text())] == []


def test_no_line_is_pointed_at_where_none_is_listed(tmp_path, tiny_area, text):
    client = create_app(published(tmp_path, tiny_area, organization("Umed")), tiny_area).test_client()
    home, about = client.get("/en/index.html").text, client.get("/en/p1.html").text
    assert "No line is listed yet." in home
    assert "The line above" not in home
    assert "Call the line" not in about
    assert "The line above can arrange them." in text("en/index.html")
    assert "Call the line" in text("en/p1.html")


def test_cells_of_the_table_for_programs_are_as_they_are(tmp_path, tiny_area):
    parts = [organization("=1+1"), service("@SUM(A1)", of="=1+1", phones=["+992446000001"], fees_description="-1")]
    client = create_app(published(tmp_path, tiny_area, *parts), tiny_area).test_client()
    rows = list(csv.DictReader(io.StringIO(client.get("/data/list.csv").get_data(as_text=True))))
    assert [rows[0][key] for key in ("name", "organization", "phones", "fees")] == [
        "@SUM(A1)",
        "=1+1",
        "+992446000001",
        "-1",
    ]


def every_route(app, ids):
    """A real address for each rule of the portal, and wrong ones of each kind."""
    known = {
        "/<language>/<code>.html": ["/en/n4-r1-a.html", "/en/p1.html", "/en/n4-r9.html", "/en/x.html"],
        "/<language>/print-<code>.html": ["/en/print-r1.html", "/en/print-r1-2.html", "/en/print-x.html"],
        "/<language>/print-<code>.pdf": ["/en/print-r1.pdf"],
        "/<language>/materials-<code>.html": ["/en/materials-ru.html", "/en/materials-x.html"],
        "/<language>/l/<identifier>.html": ["/en/l/x.html"],
        "/<language>/aloud/<name>.wav": ["/ru/aloud/call.wav", "/en/aloud/call.wav", "/en/aloud/x.wav"],
        "/<language>/c-<code>.html": ["/en/c-xn.html", "/en/c-zz.html", "/en/c-qq.html"],
        "/<language>/all-<int:sheet>.html": ["/en/all-1.html", "/en/all-99.html"],
        "/<language>/s/<identifier>.html": [f"/en/s/{ids['Papers']}.html", "/en/s/x.html"],
        "/<language>/o/<identifier>.html": [f"/en/o/{ids['@Umed']}.html", "/en/o/x.html"],
        "/<language>/u/<code>.html": ["/en/u/XT-W.html", "/en/u/XT.html", "/en/u/x.html"],
        "/<language>/g/<name>.html": ["/en/g/nrm.html", "/en/g/x.html"],
        "/<language>/g/<name>.csv": ["/en/g/nrm.csv", "/en/g/x.csv"],
        "/<language>/g/<name>.svg": ["/en/g/coverage.svg", "/en/g/coverage-chart.svg", "/en/g/nrm.svg", "/en/g/x.svg"],
        "/<language>/g/<name>.png": ["/en/g/coverage.png", "/en/g/x.png"],
        "/<language>/m/<path:name>": ["/en/m/map-start.js", "/en/m/x.js"],
        "/static/<path:name>": ["/static/style.css", "/static/../public.py", "/static/x.css"],
        "/static/atlas/<name>.js": ["/static/atlas/grid.js", "/static/atlas/ground-x.js", "/static/atlas/x.js"],
        "/static/m/<path:name>": ["/static/m/map.js", "/static/m/x.js"],
        "/profile/<path:name>": ["/profile/x.json"],
        "/data/<name>": ["/data/list.csv", "/data/x.csv"],
        "/<language>/report/<anchor>.html": ["/en/report/gaps.html", "/en/report/x.html"],
        "/<language>/report/<anchor>-<int:number>.svg": ["/en/report/actors-1.svg", "/en/report/x-1.svg"],
        "/<language>/report/<anchor>-<int:number>.png": ["/en/report/actors-1.png", "/en/report/x-1.png"],
        "/<language>/report/<name>.docx": ["/en/report/report.en.docx", "/en/report/x.docx"],
        "/<language>/report/<name>.pdf": ["/en/report/report.en.pdf"],
        "/<language>/report/<name>.csv": ["/en/report/recommendations.en.csv"],
    }
    own = ("services", "services.json", "services-2.json", "services.ndjson", "services/x", "services/x.json", "x")
    yield from (f"/api/{path}" for path in (*own, f"services/{ids['Papers']}"))
    for rule in app.url_map.iter_rules():
        if of_api(rule.rule) and rule.arguments:
            continue
        if rule.arguments - {"language"} - set(rule.defaults or ()):
            assert rule.rule in known, f"a new route: name its addresses here: {rule.rule}"
            yield from known[rule.rule]
        else:
            yield from (rule.rule.replace("<language>", language) for language in ("en", "xx"))
    yield from ("/nowhere", "/en/s/", "/%00", "/en/%2e%2e/x", "/xx/s/x.html")


def test_every_answer_has_every_header(app, client, ids):
    for path in every_route(app, ids):
        for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE"):
            response = client.open(path, method=method)
            expected = headers_for(path, str(response.status_code))
            for name, value in expected.items():
                assert response.headers.get(name) == value, (method, path, name)
            assert response.status_code in (200, 404, 405), (method, path)
            kept = {"Set-Cookie", "Last-Modified", "Server"} | (set() if of_api(path) else {"ETag"})
            assert kept.isdisjoint(response.headers.keys()), path
            assert "Cache-Control" in response.headers


def test_the_policy_allows_only_the_sites_own_files():
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"unsafe|http|\*|data:", policy)


def test_every_page_carries_the_policy_itself(site):
    for path in site.rglob("*.html"):
        assert '<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;' in path.read_text()


def test_a_hidden_service_looks_like_one_that_never_was(tmp_path, tiny_area):
    with sample_directory(tmp_path, tiny_area) as directory:
        directory.view("focal_point", tmp_path / "all.db", edition=TODAY).close()
        directory.view("public", tmp_path / "public.db", edition=TODAY).close()

    def of(name):
        with closing(sqlite3.connect(tmp_path / name)) as db:
            return {row[0] for row in db.execute("SELECT id FROM service")}

    hidden = of("all.db") - of("public.db")
    assert hidden, "the sample has services that only partners see"
    client = create_app(tmp_path / "public.db", tiny_area).test_client()
    random = "0d4f6f6e-8f0d-4c0e-9d7e-1c8b7f0a2b11"
    for folder in ("s", "o"):
        wanted = client.get(f"/en/{folder}/{random}.html")
        assert wanted.status_code == 404
        for one in hidden:
            answer = client.get(f"/en/{folder}/{one}.html")
            assert (answer.status_code, answer.data, dict(answer.headers)) == (
                wanted.status_code,
                wanted.data,
                dict(wanted.headers),
            )


def test_nothing_that_is_asked_is_repeated(client):
    for path in ("/en/s/secretword.html", "/secretword", "/en/secretword.html?q=secretword"):
        response = client.get(path)
        assert "secretword" not in response.get_data(as_text=True)
    assert client.get("/en/index.html?q=1").data == client.get("/en/index.html").data


def test_an_error_is_a_plain_page_and_the_log_holds_no_content(view_file, tiny_area, monkeypatch, caplog):
    app = create_app(view_file, tiny_area)

    def broken(*_):
        raise ValueError(str(SECRETS["phone of a person"]))

    monkeypatch.setattr("web.presenters.entries.home", broken)
    response = app.test_client().get("/en/index.html")
    assert response.status_code == 500
    assert "could not be shown" in response.get_data(as_text=True)
    assert str(SECRETS["phone of a person"]) not in response.get_data(as_text=True) + caplog.text
    assert "ValueError" in caplog.text


def test_a_view_for_partners_is_refused(tmp_path, tiny_area):
    with sample_directory(tmp_path, tiny_area) as directory:
        directory.view("partner", tmp_path / "partner.db", edition=TODAY).close()
    with pytest.raises(UnsafePublication):
        create_app(tmp_path / "partner.db", tiny_area)


def test_a_view_that_is_replaced_is_seen_at_once(tmp_path, tiny_area):
    client = create_app(published(tmp_path / "one", tiny_area), tiny_area).test_client()
    assert "Hotline" in client.get("/en/all-1.html").get_data(as_text=True)
    other = published(tmp_path / "two", tiny_area, organization("Nav"), service("Navid", of="Nav"))
    other.replace(tmp_path / "one" / "public.db")
    page = client.get("/en/all-1.html").get_data(as_text=True)
    assert "Navid" in page
    assert "Hotline" not in page


def test_the_portal_never_loads_what_opens_the_directory_and_begins_without_what_takes_long():
    code = (
        "import sys; from web import create_app; import web.freeze; "
        "told = ('mapping.directory.directory', 'mapping.editions.publish', 'mapping.intake.read', 'web.staff.app',\n"
        "        'numba', 'scipy', 'folium', 'openpyxl')\n"
        "print([m for m in sys.modules if m in told])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_who_wants_accounts_alone_loads_no_page():
    code = "import sys, web.access.accounts; print([m for m in sys.modules if m in ('web.public.app', 'folium')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_uzbek_is_complete_too(tj_area, tmp_path):
    client = create_app(
        published(tmp_path, tj_area, organization("Nav"), service("Navid", of="Nav")), tj_area
    ).test_client()
    page = client.get("/uz/index.html").get_data(as_text=True)
    assert '<html lang="uz">' in page
    assert "Yordam topish" in page
    assert "Demonstration" not in page


def test_what_has_no_number_says_so_and_its_likes_are_told_apart(tmp_path, tiny_area):
    fresh = {"types": ["HLT-EME"], "verified": dt.date(2026, 9, 1), "next_due": dt.date(2027, 3, 1)}
    parts = [*organization("Mute"), *organization("Nav"), *organization("Navid")]
    for body, phones in (("Mute", []), ("Nav", ["+992446000001"]), ("Navid", ["+992446000002"])):
        parts += service(f"Ward of {body}", of=body, names={"ru": "Скорая"}, phones=phones, **fresh)
        parts += place(body, of=[f"Ward of {body}"], at=CHASHMA, unit="XT-W2")
    app = create_app(published(tmp_path, tiny_area, parts), tiny_area)
    page = app.test_client().get("/en/all-1.html").get_data(as_text=True)
    assert page.count("No number is listed here.") == 2  # once as what scripts say
    assert "No number is listed here." in page[page.index("<h3>") :]
    mute = next(each.id for each in app.config["EDITIONS"].now().entries("en").values() if not each.phones)
    page = app.test_client().get(f"/ru/s/{mute}.html").get_data(as_text=True)
    links = [re.sub(r"\s+|<[^>]+>", " ", row) for row in re.findall(r"<li>(.*?)</li>", page[page.index('id="alt"') :])]
    assert len(links) == len(set(links)) == 2, links


@pytest.fixture(scope="module")
def near(tmp_path_factory, tiny_area):
    """Pages of units where services are equally near, and a statement speaks for one need."""
    fresh = {"of": "Nav", "verified": dt.date(2026, 9, 1), "next_due": dt.date(2027, 3, 1)}
    parts = [
        organization("Nav", phones=["+992446000001"]),
        service("An infection clinic", types=["HLT-INF"], **fresh),
        service("Emergency doctors", types=["HLT-EME"], **fresh),
        service("Clothes", types=["MAT-NFI"], **fresh),
        service("Cash", types=["MAT-CSH"], of="Nav", verified=dt.date(2025, 12, 1), next_due=dt.date(2026, 10, 1)),
        place("a", of=["An infection clinic", "Emergency doctors", "Clothes", "Cash"], at=CHASHMA, unit="XT-W2"),
        statement("Beds can be arranged", service_type="ACC-VOT", area_unit="XT-W"),
    ]
    folder = tmp_path_factory.mktemp("near")
    return create_app(published(folder, tiny_area, *parts), tiny_area).test_client()


def nearest(client, code):
    """Need -> the words of its row on a unit's page."""
    page = client.get(f"/en/u/{code}.html").get_data(as_text=True)
    table = page[page.index("<caption") : page.index("</table>")]
    return {
        re.search(r'<th scope="row">([^<]*)', row)[1]: html.unescape(re.sub(r"<[^>]+>", " ", row))
        for row in table.split("<tr>")[2:]
    }


@pytest.mark.parametrize("code", ["XT-W2", "XT-W1", "XT-E1"])
def test_of_what_is_equally_near_the_core_of_a_need_comes_first(near, code):
    assert "Emergency doctors" in nearest(near, code)["A doctor"]


def test_a_line_stands_where_help_is_hidden(near):
    rows = nearest(near, "XT-W2")
    assert "Arranged by phone only:  1313" in rows["A safe place to stay"]
    assert "Clothes" not in rows["A safe place to stay"]
    assert "1313" not in rows["A doctor"]
    assert "None is listed" in rows["Help for a child"]
    assert "None is listed" in nearest(near, "XT-E1")["A safe place to stay"], "clothes are no place to stay"
    assert "Cash" in nearest(near, "XT-E1")["Food, clothes or money"]


def test_what_is_not_there_is_no_dash(near):
    rows = nearest(near, "XT-W2")
    assert [need for need, words in rows.items() if "–" in words] == []
    assert near.get("/en/u/XT-W2.html").get_data(as_text=True).count('<td class="nil"></td>') == 3 * 8


def test_a_check_that_is_late_was_due(near):
    pages = {}
    for identifier, entry in near.application.config["EDITIONS"].now().entries("en").items():
        pages[entry.name] = near.get(f"/en/s/{identifier}.html").get_data(as_text=True)
    assert re.search(r"The next check was due by 1.October.2026\.", pages["Cash"])
    assert "Next check by" not in pages["Cash"]
    assert re.search(r"Next check by 1.March.2027\.", pages["Clothes"])
    assert "was due" not in pages["Clothes"]


def test_no_page_for_somebody_abroad_has_a_number_that_works_at_home_only(text):
    for path in ("n4-zz-a", "n4-xn-e", "n4-zz", "c", "c-zz", "c-xn"):
        assert "1313" not in text(f"/en/{path}.html"), path
    for path in ("n4-r1-a", "n4-r0-e", "n4-r1"):
        assert "tel:1313" in text(f"/en/{path}.html"), path


def test_a_recording_stands_where_a_language_has_one(client, site):
    assert 'href="aloud/call.wav"' in client.get("/ru/p3.html").text
    assert "aloud/" not in client.get("/en/p3.html").text
    heard = client.get("/ru/aloud/call.wav")
    assert heard.status_code == 200
    assert heard.data[:4] == b"RIFF"
    assert (site / "ru" / "aloud" / "call.wav").read_bytes() == heard.data
    for path in ("ru/aloud/x", "en/aloud/call", "xx/aloud/call"):
        assert client.get(f"/{path}.wav").status_code == 404


NO_NUMBERS = ("ask Umed", "+abc", "+", "\U0001f4de+992", "\u202e+992 37 221\u200f", "+" + "9" * 499, "<b>+1</b>")


def test_phones_that_are_none_stop_neither_publishing_nor_pages_nor_the_report(tmp_path, tiny_area):
    parts = [service(f"Legal {at}", of="Odd", phones=[number]) for at, number in enumerate(NO_NUMBERS)]
    parts += [place(f"House {at}", of=[f"Legal {at}"], at=CHASHMA) for at in range(len(NO_NUMBERS))]
    path = published(tmp_path, tiny_area, organization("Odd", phones=NO_NUMBERS), *parts)
    client = create_app(path, tiny_area).test_client()
    with View(path) as view:
        assert len(view.rows("phone")) == 2 * len(NO_NUMBERS)
        of = {entry.name: entry.id for entry in view.services()}
        pages = ["n4-r1-a.html", "all-1.html", "map.html", *(f"s/{identifier}.html" for identifier in of.values())]
        for page in pages:
            answer = client.get(f"/en/{page}")
            assert answer.status_code == 200, page
            assert len(answer.data) < 300_000, page
            assert "\u202e" not in answer.text, page
            assert 'href="tel:+9' not in answer.text.replace('href="tel:+992', ""), page
        report = reports.make(view, tiny_area, language="en")
        assert len(html_report.write(report)) < 2_000_000


def test_the_note_on_names_in_latin_letters_stands_where_one_is(tmp_path, tiny_area):
    parts = [
        organization("Навид"),
        organization("Nur"),
        service("Кӯмаки ҳуқуқӣ", of="Навид"),
        service("Legal help", of="Nur"),
    ]
    view_file = published(tmp_path, tiny_area, *parts)
    client = create_app(view_file, tiny_area).test_client()
    with View(view_file) as view:
        ids = {body.name: body.id for body in view.organizations()}

    def notes(path):
        page = client.get(path).get_data(as_text=True)
        return page.count("written in Latin letters by rule"), "by-rule" in page

    from_rule, given = (f"/en/o/{ids[name]}.html" for name in ("Навид", "Nur"))
    assert notes(from_rule) == (1, True)
    assert notes(given) == (0, False)
    assert notes("/en/p3.html") == (0, False)
    assert notes(from_rule.replace("/en/", "/ru/")) == (0, False)
