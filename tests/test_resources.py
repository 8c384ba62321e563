"""What comes with an installation, and the digest of its code."""

import shutil
import subprocess
import sys
from pathlib import Path

from mapping import resources

UPGRADED = """
from pathlib import Path
from mapping import resources
Path("mapping/upgraded.py").write_text("new = True")
print(resources.CODE_DIGEST)
"""


def digest(folder: Path, code: str = "from mapping import resources; print(resources.CODE_DIGEST)") -> str:
    return subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_a_process_that_runs_over_an_upgrade_has_the_digest_of_the_code_that_it_runs(tmp_path):
    package = tmp_path / "mapping"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in ("resources.py", "errors.py"):
        shutil.copy(Path(resources.__file__).with_name(name), package)
    before = digest(tmp_path)
    assert digest(tmp_path, UPGRADED) == before
    assert digest(tmp_path) not in ("", before)
