"""What docs/api.md shows is what the API of the demonstration answers: each question asked, each answer compared."""

import json
import re
import shlex
from urllib.parse import urlsplit

import pytest

from tests.conftest import ROOT
from web import create_app

PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
HOST = "http://127.0.0.1:8000"
QUESTIONS = re.findall(r"^curl .*$", re.sub(r"\\\n\s*", "", PAGE), re.MULTILINE)
ANSWERS = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


@pytest.fixture(scope="module")
def client(demo_view, tj_area):
    return create_app(demo_view("public"), tj_area, demo=True).test_client()


def ask(client, question: str):
    """Ask what a line of curl asks."""
    method, headers, body, address = "GET", {}, None, ""
    words = iter(shlex.split(question)[1:])
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words).encode()
        else:
            address = word
    assert address.startswith(f"{HOST}/api/")
    parts = urlsplit(address)
    return client.open(
        parts.path, query_string=parts.query, method=method, headers=headers, data=body, base_url=HOST
    ).get_json()


def missing(shown, answered, where: str = "") -> list[str]:
    """Return what a page shows and an answer does not hold; a page may leave out fields."""
    if isinstance(shown, dict) and isinstance(answered, dict):
        return [line for key in shown for line in missing(shown[key], answered.get(key), f"{where}/{key}")]
    if isinstance(shown, list) and isinstance(answered, list) and len(shown) == len(answered):
        return [line for n, value in enumerate(shown) for line in missing(value, answered[n], f"{where}/{n}")]
    return [] if shown == answered else [f"{where}: {shown!r} is {answered!r}"]


def test_every_question_is_answered(client):
    assert len(QUESTIONS) == 3
    for question in QUESTIONS:
        answer = ask(client, question)
        assert answer.get("contents") or answer.get("edition"), question


def test_every_answer_is_as_shown(client):
    root, services, delta, problem = ANSWERS
    assert missing(root, ask(client, QUESTIONS[0])) == []
    assert missing(services, ask(client, QUESTIONS[1])) == []
    assert delta in [json.loads(line) for line in client.get("/api/deltas?format=ndjson").data.splitlines()]
    assert missing(problem, client.get("/api/services?page=0").get_json()) == []


def test_every_path_is_there(client):
    for path in re.findall(r"`(/api/[a-z_]*)`", PAGE):
        assert client.get(path).status_code == 200, path


def test_every_parameter_is_known_where_the_page_says(client):
    described = client.get("/api/openapi.json").get_json()["paths"]
    known = {parameter["name"] for path in described.values() for parameter in path["get"]["parameters"]}
    table = PAGE.split("| parameter |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| (`[^|]*`) \|", table, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert told == known - {"id", "since", "entity"}
