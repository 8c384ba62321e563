"""`make release`: what is no release is refused with all that is missing, and the same commit gives the same bytes."""

import json
import subprocess

import pytest

from scripts import release
from tests.conftest import ROOT

PAGE = "# Changelog\n\n## 0.2.0 (2026-12-10)\n"


@pytest.mark.parametrize(
    ("changelog", "tags", "changes", "count"),
    [
        (PAGE, ["v0.2.0"], "", 0),
        ("# Changelog\n\n## 0.2.0 (unreleased)\n", ["v0.2.0"], "", 1),
        (PAGE, ["v0.1.0"], "", 1),
        (PAGE, [], " M README.md", 2),
    ],
)
def test_only_a_tagged_commit_with_a_page_in_the_changelog_is_a_release(changelog, tags, changes, count):
    assert len(release.problems("0.2.0", changelog, tags, changes)) == count


def test_one_commit_gives_the_same_files(tmp_path):
    assert (ROOT / "web/static/vendor/manifest.json").exists(), (
        "the front-end files are not fetched yet: use `make test`"
    )
    contents = []
    for name in ("one", "two"):
        release.build(tmp_path / name)
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / name, check=True)
        contents.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert contents[0] == contents[1]
    (wheel,) = (name for name in contents[0] if name.endswith(".whl"))
    assert contents[0].keys() == {wheel, "rohnamo.cdx.json", "requirements.txt", "SHA256SUMS"}
    bill = json.loads(contents[0]["rohnamo.cdx.json"])
    names = {part["name"] for part in bill["components"]}
    assert {"geopandas", "flask", "numba"} <= names
    assert all(reference["hashes"] for part in bill["components"] for reference in part["externalReferences"])
    assert bill["metadata"]["component"]["name"] == "rohnamo"
