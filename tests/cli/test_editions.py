"""Publishing from the command line: looked at first, kept, and gone back to."""

import pytest
from typer.testing import CliRunner

from mapping.cli import app
from mapping.errors import InvalidRecord
from mapping.model import Organization
from tests.support.sample import TODAY, batch, key, organization, sample_directory


@pytest.fixture
def run(tmp_path, tiny_area):
    sample_directory(tmp_path / "private", tiny_area).close()
    files = ["--directory", str(tmp_path / "private/directory.db"), "--view", str(tmp_path / "public.db")]
    files += ["--area", "tests/tiny", "--today", str(TODAY)]

    def call(*arguments):
        return CliRunner().invoke(app, [*arguments, *files], catch_exceptions=False).output

    return call


def test_an_edition_is_told_confirmed_and_gone_back_to(run, tmp_path, tiny_area):
    assert "edition 1:" in run("publish")
    before = (tmp_path / "public.db").read_bytes()
    with sample_directory(tmp_path / "private", tiny_area) as directory:
        directory.add(batch(organization("Care")), on=TODAY)
    told = run("publish", "--check")
    assert "1 new, 0 changed, 0 gone\n  new: organization Care (organization.audience, organization.kind" in told
    with pytest.raises(InvalidRecord, match="look at the list, then publish with --yes"):
        run("publish")
    assert (tmp_path / "public.db").read_bytes() == before
    assert "edition 2:" in run("publish", "--yes")
    with sample_directory(tmp_path / "private", tiny_area) as directory:
        for number in range(20):
            name = f"Body {number}"
            directory.add(batch(organization(name), file=f"{number}.csv"), on=TODAY)
        assert directory.record(Organization, key("organization", "Body 3"))
    with pytest.raises(InvalidRecord, match="write why this is right"):
        run("publish", "--yes")
    assert "LOOK: 20 of " in run("publish", "--check")
    assert "edition 3:" in run("publish", "--yes", "--reason", "a register came")
    assert "Edition 1 of 2026-11-24 is in use again" in run("editions", "--back-to", "1")
    assert (tmp_path / "public.db").read_bytes() == before
    lines = [line for line in run("editions").splitlines() if "yes" in line]
    assert len(lines) == 1
