"""What takes longer than somebody waits goes on by itself: its page says how far it is, and nothing is lost or half."""

import html
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mapping.directory.directory import Directory
from mapping.editions.releases import Releases
from mapping.errors import MappingError
from mapping.language.i18n import Message
from tests.web.staff.imports.test_imports import LIST, mapped, names, upload
from tests.web.staff.records.test_records import fields_of
from tests.web.support.office import Office, post
from web.staff.app import create_staff_app
from web.staff.imports import pages, reading
from web.staff.jobs import Cancelled, Jobs
from web.staff.operations import publish

NOT_DONE = "Please wait"


@pytest.fixture
def hurried(tmp_path, tiny_area):
    """An office in which nobody waits for an answer that is not there at once."""
    return Office(tmp_path, tiny_area, patience=0)


class Held:
    """Something that goes on until it is let go."""

    def __init__(self, monkeypatch, module, name):
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.times = 0
        real = getattr(module, name)

        def slowly(*args, **given):
            self.times += 1
            if (tells := given.get("progress")) is not None:
                tells(500, 50_000)
            self.begun.set()
            assert self.go_on.wait(60)
            return real(*args, **given)

        monkeypatch.setattr(module, name, slowly)


def over(client, address):
    """Ask for a page until it no longer says how far it is."""
    for _ in range(600):
        answer = client.get(address)
        if answer.status_code != 200 or NOT_DONE not in answer.text:
            return answer
        refresh = re.search(r'http-equiv="refresh" content="\d+; url=([^"]+)"', answer.text)
        threading.Event().wait(0.05)
        client.get(html.unescape(refresh[1]))
    raise AssertionError("it is never over")


def chosen_columns(office, client):
    """Say what the columns of the list are; return the address of its preview."""
    columns = upload(client).location
    assert over(client, columns).status_code == 200
    fields = fields_of(client, columns) | {"source": "ngo-list", "name": "NGO list"}
    fields |= {"m:hidden": "custodian", "m:public": "public"}
    return client.post(columns, data=fields).location


def started_again(office, area):
    """Return a browser at the same portal after it was ended and started again."""
    office.app = create_staff_app(office.directory, area, **office.settings, patience=600)
    return office.client("steward")


def stored_lists(office):
    with Directory(office.directory) as opened:
        return [line for line in opened.batches() if line.file == "ngo list.csv"]


def test_a_page_says_how_far_a_list_is_and_asks_again_by_itself_until_it_is_read(hurried, monkeypatch):
    steward = hurried.client("steward")
    preview = chosen_columns(hurried, steward)
    held = Held(monkeypatch, reading, "read")
    steward.get(preview)
    assert held.begun.wait(60)
    text = steward.get(preview).text
    assert "500 of 50,000" in text
    assert '<progress max="50000" value="500"' in text
    assert "ngo list.csv" in text
    (again,) = re.findall(r'<meta http-equiv="refresh" content="\d+; url=([^"]+)">', text)
    assert again == f"{preview}?by-itself="
    assert "http-equiv" not in steward.get(f"{preview}?still=").text.replace('http-equiv="Content', "")
    assert "is being worked on" in steward.get("/en/import.html").text
    assert "Пожалуйста, подождите" in steward.get(preview.replace("/en/", "/ru/")).text
    held.go_on.set()
    assert "Look before you import" in over(steward, preview).text
    assert held.times == 1
    assert "waits for you" in steward.get("/en/import.html").text


def test_whoever_closes_the_page_finds_what_was_wrong_with_the_file_later(hurried, monkeypatch):
    steward = hurried.client("steward")
    held = Held(monkeypatch, reading, "read_sheets")
    answer = upload(steward, "a,b\n1,2\n")
    assert answer.status_code == 303
    assert NOT_DONE in steward.get(answer.location).text
    held.go_on.set()
    told = over(steward, answer.location)
    assert told.status_code == 400
    assert "This file cannot be taken" in told.text
    assert list((hurried.directory.parent / "uploads").iterdir()) == []
    assert steward.get(answer.location).status_code == 404


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(hurried, monkeypatch):
    steward = hurried.client("steward")
    preview = chosen_columns(hurried, steward)
    held = Held(monkeypatch, reading, "read")
    steward.get(preview)
    for _ in range(3):
        hurried.clock.step(minutes=6)
        assert NOT_DONE in steward.get(f"{preview}?by-itself=").text
    hurried.clock.step(minutes=6)
    answer = steward.get(f"{preview}?by-itself=")
    assert (answer.status_code, answer.location) == (302, "/en/sign-in.html")
    held.go_on.set()


def test_nobody_else_sees_how_far_a_list_is(hurried, monkeypatch):
    steward, other = hurried.client("steward"), hurried.client("steward", login="second")
    preview = chosen_columns(hurried, steward)
    held = Held(monkeypatch, reading, "read")
    steward.get(preview)
    token = fields_of(steward, "/en/import.html")["csrf_token"]
    steward.post(preview.replace("preview.html", "store"), data={"csrf_token": token, "choice": "store", "stored": 0})
    for page in ("preview", "columns", "stored"):
        told = other.get(preview.replace("preview", page))
        assert told.status_code == 404
        assert "ngo list" not in told.text
    assert "ngo list" not in other.get("/en/import.html").text
    held.go_on.set()


def test_a_list_that_is_being_read_when_the_portal_ends_is_read_by_the_next_one(hurried, tiny_area, monkeypatch):
    steward = hurried.client("steward")
    preview = chosen_columns(hurried, steward)
    with monkeypatch.context() as patch:
        held = Held(patch, reading, "read")
        assert NOT_DONE in steward.get(preview).text
        assert held.begun.wait(60)
    again = started_again(hurried, tiny_area)
    assert "3 rows" in again.get(preview).text
    held.go_on.set()


def pressed(client, preview):
    """Press "Store it", as the preview offers it."""
    fields = fields_of(client, "/en/import.html") | {"choice": "store", "stored": "0"}
    return client.post(preview.replace("preview.html", "store"), data=fields)


def test_storing_goes_on_by_itself_and_a_second_press_waits_for_the_first(hurried, monkeypatch):
    steward = hurried.client("steward")
    preview = chosen_columns(hurried, steward)
    held = Held(monkeypatch, reading, "read_upload")
    first, second = pressed(steward, preview), pressed(steward, preview)
    assert first.location == second.location == preview.replace("preview", "stored")
    assert NOT_DONE in steward.get(first.location).text
    assert stored_lists(hurried) == []
    held.go_on.set()
    assert "The list is stored" in over(steward, first.location).text
    assert len(stored_lists(hurried)) == 1
    assert held.times == 1
    (line,) = [line for line in hurried.ledger.lines() if line.action == "imported"]
    assert (line.who, line.subject) == ("steward", "ngo list.csv")


def test_a_list_that_is_dropped_while_it_is_read_to_be_stored_is_not_stored(hurried, monkeypatch):
    steward = hurried.client("steward")
    preview = chosen_columns(hurried, steward)
    held = Held(monkeypatch, reading, "read")
    stored = pressed(steward, preview).location
    assert held.begun.wait(60)
    job = hurried.app.extensions["rohnamo_jobs"].find(("store", stored.split("/")[3]))
    token = fields_of(steward, "/en/import.html")["csrf_token"]
    assert steward.post(preview.replace("preview.html", "drop"), data={"csrf_token": token}).status_code == 303
    held.go_on.set()
    assert isinstance(job.future.exception(60), Exception)
    assert steward.get(stored).status_code == 404
    assert stored_lists(hurried) == []
    assert "Navruz Centre" not in names(hurried)


def test_two_stewards_who_store_the_same_file_at_once_wait_for_each_other(office):
    clients = [office.client("steward", login=login) for login in ("first", "second")]
    previews = [mapped(client) for client in clients]
    assert previews[0] != previews[1]
    forms = [fields_of(client, preview) for client, preview in zip(clients, previews, strict=True)]
    with ThreadPoolExecutor(2) as pool:
        answers = [
            pool.submit(client.post, preview.replace("preview.html", "store"), data=form | {"choice": "store"})
            for client, preview, form in zip(clients, previews, forms, strict=True)
        ]
    assert [answer.result().status_code for answer in answers] == [303, 303]
    first, second = stored_lists(office)
    assert {first.by, second.by} == {"first", "second"}
    assert first.added > 0
    assert (second.added, second.removed) == (0, 0)


def test_a_preview_says_how_many_more_there_are_and_stays_short(steward, monkeypatch):
    monkeypatch.setattr(pages, "MOST_SHOWN", 2)
    rows = [f"{row},Centre {row},Legal consultations,Chashma,12,public,-" for row in range(9)]
    preview = mapped(steward, "\n".join([LIST.splitlines()[0], *rows, LIST.splitlines()[2]]))
    text = steward.get(preview).text
    told = text[text.index("9 of this kind") :]
    assert told[: told.index("</details>")].count("<li>") == 2
    assert "and 7 more" in told


def test_what_nobody_waits_for_is_cancelled_unless_it_must_not_be_left_half(office):
    shop, go_on = Jobs(office.app), threading.Event()
    about = {"about": "list.csv", "menu": Message("Import")}

    def counting(job):
        go_on.wait(60)
        job.progress(1, 2)
        return "whole"

    def storing_it(job):
        job.must_finish = True
        return counting(job)

    jobs = [shop.start("read", counting, **about), shop.start("stored", storing_it, **about)]
    later = shop.start("later", counting, **about)
    shop.drop("read", "stored", "later")
    go_on.set()
    assert isinstance(jobs[0].future.exception(60), Cancelled)
    assert jobs[1].result() == "whole"
    assert later.future.cancelled()


def test_a_person_who_agrees_waits_for_a_long_list_as_well(hurried, monkeypatch):
    steward, second = hurried.client("steward"), hurried.client("steward", login="second")
    preview = chosen_columns(hurried, steward)
    over(steward, preview)
    post(steward, preview.replace("preview.html", "store"), page=preview, choice="map")
    with Directory(hurried.directory) as opened:
        (number,) = [proposal.id for proposal in opened.proposals() if proposal.kind == "map"]
    held = Held(monkeypatch, reading, "read")
    assert NOT_DONE in second.get(f"/en/p/{number}.html").text
    held.go_on.set()
    text = over(second, f"/en/p/{number}.html").text
    assert "What the columns are" in text
    assert "I agree: do it" in text


@pytest.mark.parametrize("fails", [False, True])
def test_an_edition_is_built_while_its_page_says_so_and_one_press_is_enough(hurried, monkeypatch, fails):
    steward, second = hurried.client("steward"), hurried.client("steward", login="second")
    held = Held(monkeypatch, Releases, "stage")
    if fails:
        monkeypatch.setattr(publish, "note_warnings", fail)
    for client in (steward, second):
        answer = post(client, "/en/publish/public/build", page="/en/publish.html")
        assert answer.location == "/en/next/public.html"
        assert NOT_DONE in client.get(answer.location).text
    held.go_on.set()
    page = over(steward, "/en/next/public.html")
    assert held.times == 1
    assert page.status_code == (400 if fails else 200)
    assert ("the disk is full" in page.text) == fails
    assert [line.who for line in hurried.ledger.lines() if line.action == "edition_built"] == ["steward"]
    assert "Next edition" in second.get("/en/next/public.html").text, "a failure is told once"


def fail(*_args):
    raise MappingError("nothing was written:\nthe disk is full")
