"""Results kept from one run to the next: those of a public view, by the checksum of all that they were worked out from.

They lie in the cache folder of whoever runs the program, readable by nobody else. Results of other views are never
kept.
"""

import hashlib
import inspect
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.registry import analyses
from mapping.render.report.sources import gather
from mapping.result import Result
from mapping.view.view import View

PROGRAM = Path(__file__).parents[2]
MOST = 4
"""So many editions are kept at most; the oldest go."""


def kept_results(view: View, area: StudyArea) -> dict[str, Result]:
    """Return what `mapping.render.report.sources.gather` finds in a view, from an earlier run where nothing changed."""
    if view.audience != "public":
        return gather(view, area)
    path = folder() / f"{checksum(view, area)}.results"
    if _is_ours(path):
        results: dict[str, Result] = pickle.loads(path.read_bytes())  # noqa: S301 - only this program wrote it
        return results
    results = gather(view, area)
    _keep(path, results)
    return results


def folder() -> Path:
    """Return the folder in which results are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rohnamo"


def checksum(view: View, area: StudyArea) -> str:
    """Return a checksum of a view, of a study area, of the program and what it runs on, and of other analyses."""
    digest = hashlib.sha256("\0".join(_installed()).encode())
    modules = {Path(inspect.getfile(inspect.unwrap(analyse))) for analyse in analyses().values()}
    elsewhere = sorted(path for path in modules if not path.is_relative_to(PROGRAM))
    for path in (view.path, *_files(area.folder), *_files(PROGRAM), *elsewhere):
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _installed() -> list[str]:
    """Return the version of Python and of each library: another one may not read what this one keeps."""
    names = {path.name for folder in sys.path for path in Path(folder).glob("*.dist-info")}
    return [sys.version, *sorted(names)]


def _files(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def _is_ours(path: Path) -> bool:
    """Tell whether a file is there, and neither it nor its folder can be written by anybody else."""
    try:
        stats = [path.stat(), path.parent.stat()]
    except OSError:
        return False
    return all(stat.st_uid == os.getuid() and not stat.st_mode & 0o022 for stat in stats)


def _keep(path: Path, results: dict[str, Result]) -> None:
    """Write results whole or not at all; where that cannot be, they are worked out again the next time."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(pickle.dumps(results))
        os.replace(file.name, path)
        files = sorted(path.parent.glob("*.results"), key=lambda file: file.stat().st_mtime)
        for old in files[:-MOST]:
            old.unlink(missing_ok=True)
    except OSError:
        return
