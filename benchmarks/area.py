"""A study area at 100 m: time and memory until people are on the grid, the first time and after.

Run: python -m benchmarks.area [cell size in metres]
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.resources import shipped


def measure(folder: str) -> None:
    """Print cells, seconds, processor seconds and gigabytes of one run."""
    area = StudyArea.load(folder)
    start, used = time.perf_counter(), time.process_time()
    people = area.people_grid
    print(
        f"{people.size / 1e6:.1f} million cells: {time.perf_counter() - start:.1f} s, "
        f"{time.process_time() - used:.1f} s of a processor, "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB at most"
    )


def main(cell_size: str = "100") -> None:
    """Measure in processes of their own: the first time, and with the grids that it kept."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(shipped("geo/tj"), Path(scratch) / "tj"))
        with (folder / "area.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[grid]\ncell_size = {cell_size}\n")
        for _ in range(2):
            subprocess.run([sys.executable, "-m", "benchmarks.area", "--measure", str(folder)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2])
    else:
        main(*sys.argv[1:])
