"""The inbox: closed forms in, decisions once, nothing of a person."""

import contextlib
import datetime as dt
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mapping.errors import InvalidRecord, NotFound
from tests.support.examples import examples
from web.stores.inbox import KINDS, Capacity, HelpMissing, Inbox, Referral, ReferralOutcome, SomethingWrong, read_form

DAY = dt.date(2026, 11, 24)
ONE = "6f1f3b0e-5a52-5c0e-9a57-2f0f0f7c2d11"
TWO = "7f1f3b0e-5a52-5c0e-9a57-2f0f0f7c2d11"


@pytest.fixture
def inbox(tmp_path):
    return Inbox(tmp_path / "inbox.db")


def test_what_was_sent_is_there_until_it_is_decided(inbox):
    first = inbox.put(SomethingWrong(service=ONE, what="moved"), on=DAY)
    second = inbox.put(HelpMissing(need="talk", area_unit="XT-W1"), on=DAY)
    assert [m.number for m in inbox.messages(waiting=True)] == [first, second]
    assert [m.message for m in inbox.messages("missing")] == [HelpMissing(need="talk", area_unit="XT-W1")]
    inbox.decide(first, "done", by="steward", on=DAY)
    assert [m.number for m in inbox.messages(waiting=True)] == [second]
    assert inbox.decisions() == {first: ("done", "steward", DAY)}
    with pytest.raises(InvalidRecord, match="was decided by steward on 2026-11-24"):
        inbox.decide(first, "refused", by="other", on=DAY)
    with pytest.raises(NotFound):
        inbox.decide(99, "done", by="steward", on=DAY)
    with pytest.raises(InvalidRecord, match="is no decision"):
        inbox.decide(second, "perhaps", by="steward", on=DAY)


def test_nothing_but_codes_days_and_ids_fits_in(inbox):
    free = {"Draft", "Answers"}
    for kind in KINDS.values():
        with pytest.raises(ValidationError):
            kind.model_validate({"name": "Somebody"})
        if kind.__name__ not in free:
            assert not [n for n, f in kind.model_fields.items() if f.annotation is str and not f.metadata]
    with pytest.raises(ValidationError):
        SomethingWrong(service="her name is", what="moved")
    with pytest.raises(ValidationError):
        HelpMissing(need="she lives in the second house", area_unit="XT")


def test_the_latest_word_on_room_counts_until_it_is_stale(inbox):
    inbox.put(Capacity(service=ONE, room="open"), on=DAY - dt.timedelta(days=8))
    inbox.put(Capacity(service=TWO, room="open"), on=DAY - dt.timedelta(days=3))
    inbox.put(Capacity(service=TWO, room="full"), on=DAY - dt.timedelta(days=2))
    assert {service: word.room for service, word in inbox.rooms(on=DAY).items()} == {TWO: "full"}
    assert inbox.rooms(on=DAY + dt.timedelta(days=6)) == {}
    inbox.put(Capacity(service=TWO, room="full", until=DAY - dt.timedelta(days=1)), on=DAY - dt.timedelta(days=1))
    assert inbox.rooms(on=DAY) == {}


def test_missing_help_is_counted_from_a_threshold_on(inbox):
    for number in range(5):
        inbox.put(HelpMissing(need="talk", area_unit="XT-W1" if number < 3 else "XT-W2"), on=DAY)
    assert inbox.missing_help(least=3) == {("XT-W1", "talk"): 3}
    assert inbox.missing_help(least=4) == {}


def test_what_was_refused_or_came_in_another_time_is_not_counted(inbox):
    late = DAY + dt.timedelta(days=1)
    for day in (DAY, DAY, DAY, late):
        last = inbox.put(HelpMissing(need="talk", area_unit="XT-W1"), on=day)
    assert inbox.missing_help(least=1, until=DAY) == {("XT-W1", "talk"): 3}
    inbox.decide(last - 1, "refused", by="steward", on=DAY)
    inbox.decide(last - 2, "done", by="steward", on=DAY)
    assert inbox.missing_help(least=1) == {("XT-W1", "talk"): 3}
    assert inbox.missing_help(least=1, since=late) == {("XT-W1", "talk"): 1}


def test_several_messages_come_in_together_or_not_at_all(inbox):
    message = HelpMissing(need="talk", area_unit="XT-W1")
    assert inbox.put_all([message] * 3, on=DAY) == 3

    def broken():
        yield message
        raise ValueError("cut")

    with pytest.raises(ValueError, match="cut"):
        inbox.put_all(broken(), on=DAY)
    assert len(list(inbox.messages())) == 3


def test_referrals_say_nothing_of_a_person(inbox):
    number = inbox.put(Referral(number="r1", service=ONE, service_type="LEG-INF", month="2026-11"), on=DAY)
    inbox.put(ReferralOutcome(number="r1", outcome="declined", reason="full"), on=DAY)
    assert inbox.message(number).message.month == "2026-11"
    with pytest.raises(ValidationError):
        Referral(number="r1", service=ONE, service_type="LEG-INF", month="2026-13")


def test_the_file_itself_is_append_only(inbox):
    inbox.put(SomethingWrong(service=ONE, what="moved"), on=DAY)
    for statement in ("UPDATE message SET body = '{}'", "DELETE FROM message"):
        db = sqlite3.connect(inbox.path)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)
        db.close()


def test_a_form_with_faults_names_them_and_never_what_was_typed(inbox):
    with pytest.raises(InvalidRecord) as refused:
        read_form(SomethingWrong, {"service": "secret words", "what": "other secret"})
    assert str(refused.value) == "choose again: service, what"
    assert read_form(HelpMissing, {"need": "talk", "area_unit": "XT", "why": ""}).why == "none_known"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(50))
@given(
    fields=st.dictionaries(st.text(max_size=10), st.text(max_size=40), max_size=5), kind=st.sampled_from(sorted(KINDS))
)
def test_any_form_is_read_or_refused(fields, kind):
    with contextlib.suppress(InvalidRecord):
        read_form(KINDS[kind], fields)
