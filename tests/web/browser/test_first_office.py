"""From an empty folder to a first published edition, in a browser alone, as a person would."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pyotp
import pytest

from tests.conftest import ROOT, TINY

LIST = """Organization,Phone,Help,District,Who may see it
Bright Morning,+992 37 221 00 11,legal aid,Juybor,public
Quiet House,+992 37 221 00 13,shelter,Juybor,secret
"""
PASSWORD = "lantern orchard velvet {login}"


def free_ports() -> int:
    """The first of three ports in a row that nobody uses."""
    for port in range(20_000 + os.getpid() % 20_000, 60_000, 3):
        with contextlib.ExitStack() as stack:
            try:
                for number in range(3):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port + number))
            except OSError:
                continue
            return port
    raise AssertionError("no three ports are free")


@pytest.fixture
def office(chromium, tmp_path):
    """A started command with an empty folder: its first port, and the address that it printed."""
    port = free_ports()
    command = [sys.executable, "-u", "-m", "mapping.cli", "start", str(tmp_path / "office"), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield port, re.search(r"http://\S+", process.stdout.readline()).group()
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
    assert process.returncode == 0


def wait_for(address: str) -> None:
    """Wait until a server answers there, whatever it says."""
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(address).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            assert time.monotonic() < deadline, address
            time.sleep(0.2)
        else:
            return


def press(page, text: str) -> None:
    page.get_by_role("button", name=text).first.click()


def enter(browser, link: str, login: str):
    """Take up an account by its one-time link, sign in, and return the page."""
    page = browser.new_context().new_page()
    page.goto(link)
    password = PASSWORD.format(login=login)
    page.fill("#password", password)
    page.fill("#again", password)
    press(page, "Go on")
    code = pyotp.TOTP(page.inner_text("main code"))
    page.fill("#code", code.now())
    press(page, "Finish")
    page.fill("#login", login)
    page.fill("#password", password)
    page.fill("#code", code.at(time.time() + 30))
    press(page, "Sign in")
    return page


def add_steward(page, staff: str, login: str) -> str:
    """Make the account of a steward for all regions, and return its one-time link."""
    page.goto(f"{staff}/people.html")
    page.fill("#login", login)
    page.fill("#name", login.title())
    page.select_option("#role", "steward")
    page.select_option("#region", "*")
    press(page, "Add them and show the one-time link")
    return page.inner_text("main code")


def meet(page, staff: str, login: str) -> None:
    page.goto(f"{staff}/people.html")
    page.get_by_role("link", name=login).click()
    press(page, "I have met this person")


def agree_to_all(page, staff: str) -> None:
    """Agree to whatever waits for a second person."""
    for _ in range(10):
        page.goto(f"{staff}/waiting.html")
        waiting = page.query_selector("main a[href^='p/'], main a[href^='shown/']")
        if waiting is None:
            return
        waiting.click()
        if page.query_selector("#note"):
            page.fill("#note", "called back over the register")
        press(page, "gree")
    raise AssertionError("it never ends")


def test_an_office_from_nothing_to_its_first_edition(office, chromium, tmp_path):
    port, address = office
    public, staff = f"http://localhost:{port}", f"http://localhost:{port + 2}/en"
    page = chromium.new_page()
    page.goto(address)
    page.fill("#name", "Office of the tests")
    page.fill("#folder", str(TINY))
    page.fill("#first", "ann")
    page.fill("#second", "ben")
    press(page, "Make the office")
    links = [link.get_attribute("href") for link in page.query_selector_all("main li a")]
    assert (tmp_path / "office" / "backup.key").read_text().strip() == page.inner_text("main code")
    for number in range(3):
        wait_for(f"http://localhost:{port + number}/")

    ann, ben = (enter(chromium, link, login) for link, login in zip(links, ("ann", "ben"), strict=True))
    assert "First steps" in ann.inner_text("h1")
    sara = add_steward(ann, staff, "sara")
    tom = add_steward(ben, staff, "tom")
    meet(ben, staff, "sara")
    meet(ann, staff, "tom")
    sara, tom = enter(chromium, sara, "sara"), enter(chromium, tom, "tom")

    (list_ := tmp_path / "list.csv").write_text(LIST)
    sara.goto(f"{staff}/import.html")
    sara.set_input_files("#file", list_)
    press(sara, "Look at it")
    sara.fill("#source", "first-list")
    sara.fill("#name", "First list")
    sara.get_by_label("Rows marked public").select_option("public")
    press(sara, "Look at what it would do")
    press(sara, "Ask a second person")
    agree_to_all(tom, staff)
    sara.goto(f"{staff}/import.html")
    sara.get_by_role("link", name="list.csv").click()
    press(sara, "Store it")
    agree_to_all(tom, staff)

    sara.goto(f"{staff}/publish.html")
    press(sara, "Build the next edition")
    for box in sara.query_selector_all("main input[type=checkbox]"):
        box.check()
    press(sara, "Publish it")
    assert "1 services" in sara.inner_text("main")
    page.goto(f"{public}/en/index.html")
    assert "Published by Office of the tests." in page.inner_text("footer")
    page.get_by_role("link", name="everything in one list").click()
    assert "Bright Morning" in page.inner_text("main")
    assert "Quiet House" not in page.content()

    ann.goto(f"{staff}/steps.html")
    open_ = [item.inner_text() for item in ann.query_selector_all("main li") if "to be done" in item.inner_text()]
    assert [text.split(" to be")[0] for text in open_] == ["Mails can be sent"]
