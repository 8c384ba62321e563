"""Whoever may not see a secret reads the same of a directory with it and without it: each page, as each role."""

import re
import shutil
from html import unescape
from unittest.mock import patch
from urllib.parse import urljoin, urlsplit

import pytest

from mapping.directory.directory import Directory
from mapping.model import Service
from tests.support.sample import MORE_SECRETS, TODAY, batch, key, organization, public_parts, secret_parts
from tests.support.second_person import SecondPerson
from tests.web.support.office import Office, post

MOVING = re.compile(
    r'name="(?:csrf_token|state)" value="[^"]*"|SHA-256 [0-9a-f ]+|[0-9a-f]{64}|/static/[^"]*|data-passkey="[^"]*"'
    r"|\b[0-9a-f]{16}\b"
)


ACCOUNT = re.compile(r"\b[0-9a-f]{16}\b")


@pytest.fixture(scope="module")
def worlds(tmp_path_factory, tiny_area):
    """Two offices: one has secrets; both did the same since."""
    offices = []
    for number, parts in enumerate([(), MORE_SECRETS]):
        office = Office(tmp_path_factory.mktemp(f"world{number}"), tiny_area, public_parts(), secret_parts(), *parts)
        if offices:  # published ids are made with it
            shutil.copy(offices[0].directory.with_suffix(".key"), office.directory.with_suffix(".key"))
        alone = patch.object(SecondPerson, "present", False)
        with alone, Directory(office.directory, tiny_area, signed_in=True) as directory:
            directory.add(batch(organization("Bahor", phones=["1515"]), source="next"), by="gul", on=TODAY)
            asked = {"description": "Ask Гулбог at Боғи Нав 31, or call +992 00 020 00 02"}
            directory.edit("service", key("service", "Counselling"), asked, by="gul", on=TODAY, reason="x")
            assert directory.records(Service, id=key("service", "Counselling"))
        answer = post(office.client("steward"), "/en/publish/public/build", page="/en/publish.html")
        assert answer.status_code == 303
        offices.append(office)
    return offices


def crawled(office, role, regions):
    """Return what each page answers that somebody can come to, without what is another at each request."""
    client, answers = office.client(role, login=f"{role}{len(regions[0])}", regions=regions), {}
    adapter = office.app.url_map.bind("localhost")
    left = [
        adapter.build(rule.endpoint, {"language": "en"})
        for rule in office.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.arguments <= {"language"}
    ]
    while left:
        path = left.pop()
        if ACCOUNT.sub("", path) in answers or "/static/" in path or "signout" in path:
            continue
        answer = client.get(path)
        text = answer.get_data(as_text=True) if answer.mimetype.startswith("text/") else ""
        answers[ACCOUNT.sub("", path)] = f"{answer.status_code} {answer.location} {MOVING.sub('', text)}"
        for link in re.findall(r'href="([^"#]+)"', text):
            parts = urlsplit(urljoin(path, unescape(link)))
            if not parts.netloc and parts.path.startswith("/en/"):
                left.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return answers


@pytest.mark.parametrize(
    ("role", "regions", "least"),
    [("steward", ("*",), 40), ("steward", ("XT-E",), 20), ("custodian", ("XT-E",), 10), ("administrator", ("*",), 15)],
)
def test_no_page_of_the_staff_depends_on_a_secret(worlds, role, regions, least):
    """Not for whoever may know places of other regions alone either; whom no portal of staff lets in reads views."""
    without, with_secrets = (crawled(office, role, regions) for office in worlds)
    assert [path for path in without if without[path] != with_secrets.get(path)] == []
    assert without.keys() == with_secrets.keys()
    assert len(without) > least


def test_whoever_may_see_secrets_reads_something_else(worlds):
    told = [post(office.client("custodian"), "/en/telling.html", reason="before we publish").text for office in worlds]
    assert "hidden location" not in told[0]
    assert "hidden location" in told[1]
