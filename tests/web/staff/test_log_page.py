"""The log in words: codes are read, names are those that everybody may know, and what people wrote stands as it is."""

import pytest

from mapping.directory.directory import public_id
from tests.support.sample import key
from tests.web.support.signed_in import NOW
from web.staff.log_page import in_words
from web.stores.deeds import DEEDS
from web.stores.ledger import LedgerLine

LEGAL, SHELTER = key("service", "Legal advice"), key("service", "Shelter")


def words(action, subject="", reason="", language="en", names=None):
    line = LedgerLine(1, "2026-11-24T09:00:00", "gul", action, subject, reason, "")
    return in_words(line, names or {"XT-W": "Gharbdara Region", LEGAL: "Legal advice"}, language)


CODE = f"{SHELTER[:4].upper()}-{SHELTER[4:8].upper()}"
LATE = "Something has waited longer than it should for a second person to agree. As deputy of nozanin."


@pytest.mark.parametrize(
    ("line", "subject", "reason"),
    [
        (
            ("edited", f"service {LEGAL}: url, name", "called"),
            "Service Legal advice: Web page, Name",
            "called",
        ),
        (("added", f"service {SHELTER}"), f"Service {CODE}", ""),
        (("undone", "batch 12"), "Act 12", ""),
        (("taken_up", "act 3: 2 differences"), "Act 3; newly shown: 2", ""),
        (("granted", "gul", "region XT-W"), "gul", "Gharbdara Region"),
        (("granted", "gul", "region *"), "gul", "everywhere"),
        (("account_added", "gul", "steward"), "gul", "Steward"),
        (("account_changed", "gul", "steward disabled"), "gul", "Steward; account disabled"),
        (("refused", "records.edit", "edit"), "", "Change entries"),
        (("sign_in_refused", "gul", "too many tries"), "gul", "too many wrong tries"),
        (("settings_changed", "gul", "emergency, mail"), "gul", "Emergency numbers, Mail address on public pages"),
        (("leave_set", "gul", "until 2026-12-01"), "gul", "until 1 December 2026"),
        (("reminder_sent", "gul", "late for nozanin"), "gul", LATE),
        (("edition_published", "public 3 0123456789abcdef"), "Edition 3: For everybody", ""),
        (("edition_built", "public 0123456789abcdef"), "For everybody, SHA-256 0123456789abcdef…", ""),
        (("message_done", "wrong 4", "region, service and code"), "Something is wrong 4", "region, service and code"),
        (("proposed", "map women-centres"), "Read a sender's list by this map women-centres", ""),
    ],
)
def test_a_line_in_words(line, subject, reason):
    assert words(*line) == (subject, reason)


@pytest.mark.parametrize("language", ["ru", "tg", "uz"])
def test_codes_are_said_in_the_language_of_the_page(language):
    text = " ".join(
        words("edited", "service x: name", language=language) + words("account_added", "", "steward", language)
    )
    assert "service" not in text
    assert "steward" not in text


def test_the_page_names_what_everybody_may_know_and_finds_it_by_that_name(office):
    client, hidden = office.client("administrator"), public_id(bytes.fromhex("5a" * 32), SHELTER)
    office.ledger.append("gul", "edited", subject=f"service {LEGAL}: name", now=NOW)
    office.ledger.append("gul", "edited", subject=f"service {hidden}", now=NOW)
    text = client.get("/en/log.html").text
    assert "Service Legal advice: Name" in text
    assert "Shelter" not in text
    found = client.get("/en/log.html?subject=legal+ADVICE").text
    assert "Service Legal advice: Name" in found
    assert found.count(f">{DEEDS['edited']}</td>") == 1
