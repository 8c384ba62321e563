"""Whatever is typed wrongly into a form of the staff portal: the form again, with a message and all that was typed."""

import html
import re

import pytest

from tests.web.staff.records.test_records import LEGAL, fields_of
from tests.web.support.office import post
from tests.web.support.signed_in import csrf

PATH = f"/en/r/service/{LEGAL}.html"
PAGES = (
    PATH,
    f"/en/e/service/{LEGAL}.html",
    *(f"/en/a/{table}/service/{LEGAL}.html" for table in ("phone", "schedule", "funding", "translation")),
    f"/en/w/service/{LEGAL}.html",
    "/en/new/organization.html",
    f"/en/new/location/{LEGAL}.html",
    "/en/statement.html",
    "/en/leave.html",
    "/en/doubles/organization.html",
    "/en/conflicts.html",
)
BAD = ("31.02.2027", "2999-01-01", "-5", "nonsense", "99999999999999999999")
TEXT = re.compile(r'<(?:input type="(?:text|date|number)"|textarea) [^>]*name="([\w-]+)"')
HIDDEN = re.compile(r'<input type="hidden" [^>]*name="(\w+)" value="([^"]*)"')
CHOICE = re.compile(r'<input type="radio" name="(\w+)" value="(\w+)"')
FORM = re.compile(r'<form[^>]*method="post"[^>]*>.*?</form>', re.S)


def forms(client, path):
    """Yield where each form of a page is sent, its fields as they stand, and those into which somebody types."""
    for form in FORM.findall(client.get(path).text):
        typed = TEXT.findall(form)
        action = re.search(r'action="([^"]+)"', form[: form.index(">")])
        if typed:
            given = fields_of(client, path) if not action else {}
            given |= dict(CHOICE.findall(form)[::-1]) | dict(HIDDEN.findall(form)) | dict.fromkeys(typed, "")
            choices = re.findall(
                r'<select [^>]*name="([\w-]+)"[^>]*>(?:<option value=""></option>)?<option value="([^"]*)"', form
            )
            yield re.sub(r"^(\.\./)+", "/en/", action[1]) if action else path, dict(choices) | given, typed


@pytest.mark.parametrize("path", PAGES)
def test_a_bad_value_meets_the_form_again_with_all_that_was_typed(steward, path):
    token = csrf(steward.get(path).text)
    for bad in BAD:
        for to, fields, typed in forms(steward, path):
            for name in typed:
                answer = steward.post(to, data=fields | {name: bad, "csrf_token": token})
                if answer.status_code == 303:  # it fits there, as any text may be a name
                    continue
                assert answer.status_code in (400, 409), (to, name, bad)
                text = html.unescape(answer.text)
                assert 'role="alert"' in text, (to, name, bad)
                assert f'name="{name}"' in text, (to, name, bad)
                assert bad in text, (to, name, bad)


@pytest.mark.parametrize(
    ("sent", "name", "message"),
    [
        ({"result": "confirmed", "level": "phone", "on": "2999-01-01"}, "on", "This day is still to come"),
        ({"result": "paused", "level": "visit", "on": "tomorrow"}, "on", "Write the day as year, month and day"),
        ({"level": "visit", "on": "2026-03-01"}, "result", "Choose one of these."),
        ({"result": "paused", "level": "dreamt", "on": "2026-03-01"}, "level", "Choose one of these."),
    ],
)
def test_a_check_that_cannot_be_comes_back_with_its_message_beside_the_field(steward, sent, name, message):
    answer = post(steward, f"/en/c/{LEGAL}", page=PATH, **sent)
    assert answer.status_code == 400
    form = next(form for form in FORM.findall(answer.text) if 'name="result"' in form)
    assert re.search(rf'aria-describedby="wrong-{name}".*?id="wrong-{name}" role="alert">{message}', form, re.S)
    assert f'value="{sent["on"]}"' in form
    if "result" in sent:
        assert f'value="{sent["result"]}" required checked' in form
    if sent["level"] in ("phone", "visit"):
        assert f'value="{sent["level"]}" selected' in form


def test_the_days_and_the_reason_of_hours_are_not_lost(steward):
    path = f"/en/a/schedule/service/{LEGAL}.html"
    sent = {"byday": ["MO", "FR"], "opens_at": "25:00", "closes_at": "17:00", "reason": "they said so"}
    answer = post(steward, path, **sent)
    assert answer.status_code == 400
    assert [day for day in ("MO", "TU", "FR") if re.search(rf'value="{day}" checked', answer.text)] == ["MO", "FR"]
    assert 'value="they said so"' in answer.text


def test_a_number_of_a_change_that_is_none_breaks_nothing(steward):
    path = f"/en/e/service/{LEGAL}.html"
    assert (
        steward.post(path, data=fields_of(steward, path) | {"seen": "x", "alert": "a", "reason": "r"}).status_code
        == 409
    )
