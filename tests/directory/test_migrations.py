"""What an older release wrote opens in this one. The file was written by 0.1 from a list of two services."""

import datetime as dt
import gzip
from pathlib import Path

import pytest

from mapping.directory.directory import Directory
from mapping.model import Organization, Service

WRITTEN_BY_0_1 = Path(__file__).with_name("directory-0.1.db.gz")


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "directory.db"
    path.write_bytes(gzip.decompress(WRITTEN_BY_0_1.read_bytes()))
    return path


def test_a_directory_of_0_1_opens_with_what_it_held(old, tiny_area):
    with Directory(old, tiny_area) as directory:
        assert {organization.name for organization in directory.records(Organization)} == {
            "Chashma advice",
            "Qulla clinic",
        }
        assert len(list(directory.records(Service))) == 2


def test_it_can_be_published_from(old, tiny_area, tmp_path):
    day = dt.date(2026, 11, 24)
    with Directory(old, tiny_area) as directory:
        view = directory.view("public", tmp_path / "public.db", edition=day)
        assert view.edition == day
        assert view.services() == []  # nobody approved its map: its rows are the custodians'


def test_the_file_is_small():
    assert WRITTEN_BY_0_1.stat().st_size < 200_000
