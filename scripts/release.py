"""Build a release into dist/: the wheel, what it needs by hash, a list of all that is in it, and checksums.

The version stands in pyproject.toml alone. A release is a commit with the tag of its version and a dated page in
CHANGELOG.md; `make release` refuses any other. The same commit gives the same bytes.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def problems(version: str, changelog: str, tags: list[str], changes: str) -> list[str]:
    """Return what keeps a checkout from being a release; ``changes`` is what git says is not committed."""
    found = []
    if f"\n## {version} (20" not in changelog:
        found.append(f"CHANGELOG.md has no page '## {version} (YEAR-MONTH-DAY)'")
    if f"v{version}" not in tags:
        found.append(f"this commit has no tag: git tag v{version}")
    if changes:
        found.append("not everything is committed")
    return found


def write_checksums(folder: Path) -> None:
    """Write the SHA-256 of each file of a folder into SHA256SUMS, as sha256sum reads it."""
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def build(out: Path) -> None:
    """Build the files of a release into an empty folder."""
    stamp = {**os.environ, "SOURCE_DATE_EPOCH": _git("log", "-1", "--format=%ct")}
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    bill = ["--output-reproducible", "--pyproject", "pyproject.toml", "-o", str(out / "rohnamo.cdx.json")]
    for command in (
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        [sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.txt", *bill],
    ):
        subprocess.run(command, cwd=ROOT, env=stamp, check=True)
    shutil.copy(ROOT / "requirements.txt", out)
    write_checksums(out)


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def main() -> int:
    """Build a release, or say what is missing; return 1 where something is."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    tags = _git("tag", "--points-at", "HEAD").split()
    if found := problems(version, changelog, tags, _git("status", "--porcelain")):
        print(f"This is no release of {version}:", *found, sep="\n  ")
        return 1
    build(ROOT / "dist")
    print((ROOT / "dist" / "SHA256SUMS").read_text(encoding="utf-8"), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
