"""Results are kept by the checksum of what they were worked out from, and only those of public views."""

import sys
from types import SimpleNamespace

import pytest

from mapping.render.report import kept
from tests.analysis.invented import service, view


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "rohnamo"


@pytest.fixture
def counted(monkeypatch):
    """Count how often results are worked out."""
    calls = []
    monkeypatch.setattr(kept, "gather", lambda view, _: calls.append(view) or {})
    monkeypatch.setattr(kept, "checksum", lambda *_: "0" * 64)
    return calls


def test_what_did_not_change_is_worked_out_once(tiny_area, counted, own_cache):
    for _ in range(3):
        assert kept.kept_results(view(service("PSY-COU")), tiny_area) == {}
    assert len(counted) == 1
    assert own_cache.stat().st_mode & 0o077 == 0


def test_what_another_library_worked_out_is_not_read(tiny_area, tmp_path, monkeypatch):
    (tmp_path / "public.db").touch()
    written = SimpleNamespace(path=tmp_path / "public.db")
    before = kept.checksum(written, tiny_area)
    (tmp_path / "pandas-9.9.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert kept.checksum(written, tiny_area) != before


def test_what_others_can_write_is_not_read(tiny_area, counted, own_cache):
    kept.kept_results(view(), tiny_area)
    own_cache.chmod(0o777)
    kept.kept_results(view(), tiny_area)
    assert len(counted) == 2


def test_results_of_restricted_views_are_never_kept(tiny_area, counted, own_cache):
    restricted = view()
    restricted.audience = "focal_point"
    kept.kept_results(restricted, tiny_area)
    assert len(counted) == 1
    assert not own_cache.exists()
