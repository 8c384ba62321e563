"""Commands say the same of a directory with a secret and without it, unless they are for custodians."""

import re
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from mapping.cli import app
from mapping.directory.directory import Directory
from mapping.editions.publish import publish
from mapping.registry import analyses
from tests.conftest import TINY
from tests.support.sample import (
    MORE_SECRETS,
    TODAY,
    batch,
    key,
    organization,
    public_parts,
    sample_directory,
    secret_parts,
)
from tests.support.second_person import SecondPerson

OF_THE_DIRECTORY = [
    ("publish", "--check"),
    ("publish",),
    ("publish", "--check"),
    ("editions",),
]
"""What whoever publishes reads; what else reads the directory is for whoever may open its file."""

OF_THE_VIEW = [
    ("find", "advice", "--json"),
    ("find", "Гулбог"),
    ("find", "--near", "10.02,60.02", "--json"),
    ("map", "-", "--analysis", "coverage"),
    *(("analyse", name, "--json") for name in analyses()),
    ("export", "-", "--format", "csv"),
]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory, tiny_area):
    """Two folders with a directory; one has secrets, and a text that tells one of them waits in both."""
    folders = []
    for number, parts in enumerate([(), MORE_SECRETS]):
        folder = tmp_path_factory.mktemp(f"world{number}")
        sample_directory(folder, tiny_area, public_parts(), secret_parts(), *parts).close()
        alone = patch.object(SecondPerson, "present", False)
        with alone, Directory(folder / "directory.db", tiny_area, signed_in=True) as directory:
            directory.add(batch(organization("Bahor", phones=["1515"]), source="next"), by="gul", on=TODAY)
            asked = {"description": "Ask Гулбог at Боғи Нав 31, or call +992 00 020 00 02"}
            directory.edit("service", key("service", "Counselling"), asked, by="gul", on=TODAY, reason="x")
        folders.append(folder)
    return folders


@pytest.fixture(scope="module")
def views(worlds, tiny_area):
    """The views of what was agreed to in each."""
    for folder in worlds:
        with Directory(folder / "directory.db", tiny_area) as directory:
            publish(directory, "public", folder / "view.db", area=tiny_area, edition=TODAY)
    return [folder / "view.db" for folder in worlds]


def told(folder, *words):
    """Return what a command says, with its exit code, without the folder and the day and hour at which it ran."""
    answer = CliRunner().invoke(app, [*map(str, words), "--area", str(TINY)])
    text = answer.output + (str(answer.exception) if answer.exception else "")
    return answer.exit_code, re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+\S*", "", text.replace(str(folder), ""))


def test_what_publishing_says_depends_on_no_secret(worlds):
    def all_told(folder):
        files = ("--directory", folder / "directory.db", "--view", folder / "public.db", "--today", TODAY)
        return [told(folder, *words, *files) for words in OF_THE_DIRECTORY]

    without, with_secrets = map(all_told, worlds)
    assert without == with_secrets
    assert any("for the first time" in text for _, text in without)


@pytest.mark.parametrize("words", OF_THE_VIEW, ids=" ".join)
def test_what_a_view_is_asked_depends_on_no_secret(views, words):
    without, with_secrets = (told(view.parent, *words, "--view", view) for view in views)
    assert without == with_secrets
    assert without[0] == 0, without
    assert without[1]


def test_whoever_may_open_the_directory_reads_something_else(worlds):
    without, with_secrets = (
        told(folder, "contacts", "Maftuna", "--directory", folder / "directory.db") for folder in worlds
    )
    assert without != with_secrets
    assert "Qalandarova" in with_secrets[1]
