"""The profile on the site: a page in every language, and the files that it links to."""

import json

import pytest

from mapping.formats.hsds import _profile
from tests.support.sample import sample_view
from web import create_app
from web.freeze import links


@pytest.fixture(scope="module")
def client(tmp_path_factory, tiny_area):
    with sample_view(tmp_path_factory.mktemp("view"), tiny_area) as view:
        yield create_app(view.path, tiny_area).test_client()


def test_a_page_in_every_language_leads_to_every_file(client, tiny_area):
    for language in tiny_area.languages:
        answer = client.get(f"/{language}/profile.html")
        assert answer.status_code == 200
        found = links(answer.get_data(as_text=True), f"{language}/profile.html")
        assert {f"profile/{name}" for name in _profile.files()} <= set(found)


def test_the_files_are_those_of_the_profile(client):
    for name, contents in _profile.files().items():
        answer = client.get(f"/profile/{name}")
        assert (answer.status_code, answer.data) == (200, contents)
        if name.endswith(".json"):
            assert answer.mimetype == "application/json"
            json.loads(answer.data)


@pytest.mark.parametrize(
    "path", ["/profile/nothing.json", "/profile/schema/", "/xx/profile.html", "/profile/..%2fpublic.db"]
)
def test_what_is_not_there_is_404(client, path):
    assert client.get(path).status_code == 404
