"""The referral log: counts without people, one answer by a link that runs out, and gaps that only counts show."""

import datetime as dt
import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.sample import public_parts
from tests.web.support.desk import Desk, post, views
from tests.web.support.signed_in import NOW, csrf
from web.stores.inbox import Inbox, Referral, ReferralOutcome
from web.stores.referral_log import LINK, find_noted, last_months, not_to_be_had, noted, shown, tally, unavailable

MONTH = NOW.date().replace(day=1)
PAST = MONTH - dt.timedelta(days=40)


@pytest.fixture(scope="module")
def published(tmp_path_factory, tiny_area):
    return views(tmp_path_factory.mktemp("views"), tiny_area, public_parts())


@pytest.fixture
def desk(tmp_path, tiny_area, published):
    return Desk(tmp_path, tiny_area, published)


def refer(desk, client, name="Legal advice"):
    """Note a referral; return its number and the path of the one-time link."""
    answer = post(client, "/en/refer", service=desk.id(name))
    assert answer.status_code == 201
    path = re.search(r'value="http://localhost(/en/r/[^"]+)"', answer.text)[1]
    (number,) = {each.message.number for each in desk.inbox.messages("referral")} - desk.__dict__.setdefault(
        "old", set()
    )
    desk.old.add(number)
    return number, path


def answer(desk, path, **fields):
    """Answer by a link, as somebody without an account."""
    client = desk.app.test_client()
    page = client.get(path)
    return client.post(path, data={"csrf_token": csrf(page.text), **fields})


def test_a_referral_holds_a_service_and_a_month_and_nobody(desk):
    client = desk.client("caseworker", organizations=[desk.body("Umed")])
    number, _ = refer(desk, client)
    (kept,) = desk.inbox.messages("referral")
    assert kept.message == Referral(
        number=number,
        service=desk.id("Legal advice"),
        service_type="LEG-INF",
        sent_by=desk.body("Umed"),
        month="2026-11",
    )
    assert number.upper() in client.get("/en/referrals.html").text
    assert post(client, "/en/refer", service="none").status_code == 404


def test_a_receiver_answers_once_by_a_link(desk):
    client = desk.client("caseworker")
    number, path = refer(desk, client)
    desk.clock.step(days=3)
    page = desk.app.test_client().get(path)
    assert number.upper() in page.text
    assert "Legal" not in page.text
    assert answer(desk, path).status_code == 400
    assert answer(desk, path, outcome="declined", reason="full").status_code == 200
    assert desk.app.test_client().get(path).status_code == 404
    one = find_noted(desk.inbox, number)
    assert (one.outcome, one.reason) == ("declined", "full")
    assert [each.sender for each in desk.inbox.messages("outcome")] == [LINK]
    shown_to_sender = desk.client("caseworker").get("/en/referrals.html").text
    assert "Declined" in shown_to_sender
    assert "No room" in shown_to_sender


def test_nothing_tells_the_day_or_whoever_noted_a_referral(desk):
    client = desk.client("caseworker")
    before = len(desk.ledger.lines())
    number, path = refer(desk, client)
    answer(desk, path, outcome="declined", reason="full")
    assert post(client, "/en/outcome", number=number, outcome="provided").status_code == 303
    assert len(desk.ledger.lines()) == before
    with sqlite3.connect(desk.inbox.path) as db:
        rows = db.execute("SELECT received_on, sender, body FROM message WHERE body LIKE ?", [f"%{number}%"]).fetchall()
    db.close()
    assert len(rows) == 3
    assert {on for on, _, _ in rows} == {f"{NOW:%Y-%m}-01"}
    assert "caseworker" not in str(rows)
    assert f"{NOW:%Y-%m-%d}" not in str(rows)


def test_two_answers_at_once_count_as_one(tmp_path):
    inbox, said = Inbox(tmp_path / "inbox.db"), ReferralOutcome(number="a1", outcome="accepted")
    assert [inbox.put_once(said, on=NOW.date(), sender=LINK) for _ in range(3)] == [True, False, False]
    assert inbox.put_once(ReferralOutcome(number="a2", outcome="accepted"), on=NOW.date(), sender=LINK)


def test_a_link_runs_out_and_cannot_be_made_up(desk):
    client = desk.client("caseworker")
    _, path = refer(desk, client)
    spoilt = path[:-2] + ("aa" if not path.endswith("aa") else "bb")
    for wrong in (spoilt, "/en/r/x", "/en/r/WyJhIiwiMjAyNi0xMi0wOCJd.aaaa"):
        assert desk.app.test_client().get(wrong).status_code == 404
    desk.clock.step(days=14)
    assert desk.app.test_client().get(path).status_code == 200
    desk.clock.step(days=1)
    assert desk.app.test_client().get(path).status_code == 404


def test_only_the_own_referrals_are_seen_and_answered(desk):
    number, _ = refer(desk, desk.client("caseworker"))
    other = desk.client("caseworker", login="other")
    assert number.upper() not in other.get("/en/referrals.html").text
    assert post(other, "/en/outcome", number=number, outcome="accepted").status_code == 404
    assert post(other, "/en/link", number=number).status_code == 404
    own = desk.client("caseworker")
    assert post(own, "/en/link", number=number).status_code == 200
    assert post(own, "/en/outcome", number=number, outcome="x").status_code == 400
    assert post(own, "/en/outcome", number=number, outcome="provided", reason="full").status_code == 303
    assert find_noted(desk.inbox, number).reason is None


def fill(desk, outcomes, *, service="Legal advice", on=PAST):
    """Note referrals of a past month, with these outcomes; None is one that waits."""
    for at, outcome in enumerate(outcomes):
        number = f"{service[:3]}{at}{on.month}".replace(" ", "")
        kind = "LEG-INF"
        desk.inbox.put(Referral(number=number, service=desk.id(service), service_type=kind, month=f"{on:%Y-%m}"), on=on)
        if outcome:
            said = ReferralOutcome(number=number, outcome=outcome)
            desk.inbox.put(said, on=on)


def test_counts_hide_what_is_small_and_what_would_give_it_away(desk, tiny_area):
    fill(desk, ["accepted"] * 30 + ["declined"] * 12 + ["unavailable"] * 3 + [None])
    entries = desk.editions().entries("en")
    (row,) = tally(last_months(noted(desk.inbox), NOW.date()), entries, tiny_area, least=10)
    assert (row.region, row.service_type, row.total) == ("XT-W", "LEG-INF", 46)
    assert row.outcomes == {"accepted": 30, "declined": None, "unavailable": None, "waiting": None}
    assert tally(noted(desk.inbox), {}, tiny_area, least=10) == []


@given(st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 60), min_size=1), st.integers(2, 15))
def test_hidden_counts_cannot_be_worked_out(counts, least):
    told = shown(counts, least)
    hidden = [name for name, count in told.items() if count is None]
    assert all(counts[name] >= least for name in told if name not in hidden)
    assert not hidden or hidden == [*told] or (sum(counts[name] for name in hidden) >= least and len(hidden) > 1)


def test_what_is_listed_and_yet_not_to_be_had_is_a_gap(desk, tiny_area):
    fill(desk, ["unavailable"] * 11)
    fill(desk, ["unavailable"] * 9, service="Papers")
    entries = desk.editions().entries("en")
    found = unavailable(noted(desk.inbox), entries, tiny_area, least=10)
    assert [(each.region, each.service_type, each.count) for each in found] == [("XT-W", "LEG-INF", 11)]
    assert unavailable(noted(desk.inbox), {}, tiny_area, least=10) == []
    planner = desk.client("planner")
    text = planner.get("/en/counts.html").text
    assert "Listed, and yet not to be had" in text
    assert '<td class="n" data-l="Times">11</td>' in text
    west, east = (
        desk.client("planner", login=one, regions=[one]).get("/en/counts.html").text for one in ("XT-W", "XT-E")
    )
    assert ">11<" in west
    assert ">11<" not in east


def test_what_was_not_to_be_had_is_counted_by_service_for_publishing(desk):
    fill(desk, ["unavailable"] * 4 + ["accepted"] * 3 + [None])
    fill(desk, ["unavailable"], service="Papers")
    fill(desk, ["unavailable"] * 2, on=NOW.date())  # this month is not over
    assert not_to_be_had(desk.inbox, NOW.date()) == {desk.id("Legal advice"): 4, desk.id("Papers"): 1}


def test_the_month_that_is_not_over_is_not_counted(desk):
    fill(desk, ["unavailable"] * 11, on=NOW.date())
    assert last_months(noted(desk.inbox), NOW.date()) == []
    assert ">11<" not in desk.client("planner").get("/en/counts.html").text
