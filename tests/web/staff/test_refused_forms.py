"""A form of the staff portal that lacks something: the form again, with what was typed and why, in any language."""

import re
from collections.abc import Iterator
from itertools import cycle
from typing import NamedTuple
from urllib.parse import urljoin

import lxml.html
import pytest
from werkzeug.exceptions import HTTPException

from mapping.directory.directory import Directory, public_id
from tests.support.sample import TODAY, approval, key, public_parts, secret_parts
from tests.web.staff.records.test_records import LEGAL
from tests.web.support.office import Office
from web.stores.inbox import Draft, HelpMissing, SomethingWrong

LANGUAGES = ("en", "ru", "tg")
UMED, CENTRE = key("organization", "Umed"), key("organization", "Legal Centre")
BESIDES = (f"d/organization/{UMED}/{CENTRE}.html", f"w/service/{LEGAL}.html", "people-sheet.html")
"""Pages to which no page of the sample happens to lead."""

DAY = "2026-12-31"


class Form(NamedTuple):
    """A form of a page: where it goes, what it sends as it stands, and name -> values that are refused."""

    page: str
    to: str
    fields: dict[str, str]
    refused: dict[str, tuple[str | None, ...]]


@pytest.fixture(scope="module")
def office(tmp_path_factory, tiny_area):
    """An office in which something of every kind waits."""
    parts = public_parts(), secret_parts(), approval("audience", UMED, "public", consent_until=TODAY.replace(day=28))
    office = Office(tmp_path_factory.mktemp("refused"), tiny_area, *parts)
    with Directory(office.directory, tiny_area) as directory:
        directory.propose("edit", "service", LEGAL, {"email": "a@b.example"}, by="x", on=TODAY, reason="y")
        legal = public_id(directory.key, LEGAL)
    office.inbox.put(SomethingWrong(service=legal, what="number_silent"), on=TODAY)
    office.inbox.put(HelpMissing(need="stay", area_unit="XT-W", why="too_far"), on=TODAY)
    office.inbox.put(Draft(entity="service", record=legal, fields={"wait_time": "b"}), on=TODAY, sender="legal")
    return office


def pages(client, app, language: str) -> dict[str, lxml.html.HtmlElement]:
    """Return path -> page: one of each route to which links lead."""
    reached, routes = {}, set()
    waiting = [f"/{language}/{page}" for page in (*BESIDES, "index.html")]
    while waiting:
        path = waiting.pop()
        try:
            route = app.url_map.bind("localhost").match(path)[0], *re.findall(r"/(\w+)/\w+-", path)
        except HTTPException:
            continue
        if route not in routes and (answer := client.get(path)).status_code == 200 and answer.mimetype == "text/html":
            routes.add(route)
            reached[path] = lxml.html.fromstring(answer.text)
            waiting += [urljoin(path, link) for link in reached[path].xpath("//a/@href") if "#" not in link]
    return reached


def forms(path: str, page: lxml.html.HtmlElement) -> Iterator[Form]:
    """Yield the forms of a page that need something."""
    for form in page.xpath("//form[@method='post' and not(contains(@class, 'filters'))]"):
        fields: dict[str, str] = {}
        refused: dict[str, tuple[str | None, ...]] = {}
        for field in form.xpath(".//input|.//textarea|.//select|.//button[@name]"):
            name, kind = field.get("name", ""), field.get("type", field.tag)
            needed = field.get("required") is not None
            if kind == "select":
                values = [option.get("value", "") for option in field.xpath("option")]
                fields[name] = values[0] if values else ""
                refused[name] = (None, "", "nonsense") if "" not in values else ("nonsense",)
            elif kind in ("radio", "submit"):
                fields.setdefault(name, field.get("value"))
                if needed or (kind == "submit" and name == "choice"):
                    refused[name] = (None, "", "nonsense")
            elif kind == "checkbox":
                if needed:
                    fields[name] = field.get("value")
                    refused[name] = (None,)
            elif kind != "file" and name:
                day = "date" in (kind, field.get("placeholder", "").replace("2026-12-31", "date"))
                standing = field.text if kind == "textarea" else field.get("value")
                mail = field.get("inputmode") == "email"
                fields[name] = standing or (DAY if day else "a@b.example" if mail else f"typed as {name}")
                if needed:
                    refused[name] = (None, "", "nonsense") if day else (None, "")
        if any(refused.values()):
            yield Form(path, urljoin(path, form.get("action") or path), fields, refused)


@pytest.mark.parametrize("role", ["steward", "custodian", "administrator"])
def test_a_form_that_lacks_something_comes_back_with_what_was_typed(office, role):
    client = office.client(role)
    languages, tried, wrong = cycle(LANGUAGES), set(), []
    for path, page in pages(client, office.app, "en").items():
        for form in forms(path, page):
            for name, values in form.refused.items():
                for value in values:
                    if value is None and "/e/" in form.to:
                        continue  # what is not sent there stays as it is
                    language = next(languages)
                    sent = {**form.fields, name: value} if value is not None else form.fields | {name: None}
                    sent = {field: text for field, text in sent.items() if text is not None}
                    answer = client.post(form.to.replace("/en/", f"/{language}/", 1), data=sent)
                    tried.add((form.to, name))
                    wrong += [f"{form.to} {name}={value!r} {language}: {fault}" for fault in faults(answer, name, sent)]
    assert len(tried) > 5
    assert not wrong, "\n" + "\n".join(sorted(wrong))


def faults(answer, name: str, sent: dict[str, str]) -> Iterator[str]:
    """Yield what is wrong with the answer to a form without a fit value of a field."""
    if not 400 <= answer.status_code < 500:
        yield f"answered with {answer.status_code}"
        return
    page = lxml.html.fromstring(answer.text)
    if not page.xpath(f"//form//*[@name='{name}']"):
        yield f"{answer.status_code}, without the form"
        return
    secret = page.xpath(f"//form[.//*[@name='{name}']]//input[@type='password']")
    if not page.xpath("//*[@role='alert']" if secret else "//form//*[starts-with(@id, 'wrong-')][@role='alert']"):
        yield "without the reason beside the field"
    if not secret and not page.xpath("//div[@class='note bad'][@role='alert']"):
        yield "without a word at the top of the page"
    for field, text in sent.items():
        shown = page.xpath(f"//form//*[@name='{field}'][@type='text' or @type='date' or self::textarea]")
        if shown and field != "code" and text.strip() not in [(each.get("value") or each.text or "") for each in shown]:
            yield f"without what was typed as {field}"
