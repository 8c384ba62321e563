"""Fixtures for all tests: the study areas."""

import datetime as dt
import gc
import os
import pickle
import re
import shutil
import types
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import argon2
import jinja2
import pytest
import resvg_py
from filelock import FileLock
from flask import Flask
from hypothesis import settings
from jinja2.bccache import Bucket
from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import Dispatcher
from werkzeug.routing import Rule
from zxcvbn import zxcvbn

from mapping.area.study_area import StudyArea
from mapping.demo import import_demo
from mapping.directory.directory import Directory
from mapping.editions.publish import publish
from mapping.model import Audience
from mapping.render import picture
from tests.support.browser import chromium, open_page  # noqa: F401
from tests.support.once import once, shared_root
from tests.support.sample import forget_samples
from tests.support.second_person import SecondPerson, agreeing
from tests.web.support.portal import published
from web.access import accounts

ROOT = Path(__file__).resolve().parents[1]
PORTALS = ROOT / "tests" / "web"
TINY = ROOT / "tests" / "tiny"
TAJIKISTAN = ROOT / "data" / "geo" / "tj"
DEMO_DAY = dt.date(2026, 11, 24)


settings.register_profile("rohnamo", deadline=None, derandomize=True)  # a slow machine is no fault
settings.register_profile("fuzz", deadline=None, max_examples=2000, print_blob=True)  # at random and long: make fuzz
settings.load_profile("rohnamo")


MEMORY = Path("/dev/shm")
ENOUGH = 4 << 30
"""Bytes that must be free in memory for the folders of tests to lie there, which write and sync thousands of files."""


def pytest_configure() -> None:
    """Put the folders of tests into memory where there is room; pytest's own variable names another place.

    A cluster of dask gives up connecting to itself after 30 seconds of any clock: the machine may only be busy.
    """
    os.environ.setdefault("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1h")
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the portals, whose files take longest, and mix the others by name: at the end nobody waits long."""
    items.sort(key=lambda item: (PORTALS not in item.path.parents, item.path.name, item.path))


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist nobody asks
def pytest_xdist_auto_num_workers() -> int:
    """Run more processes than there are processors: many tests wait for a browser, another process or a clock."""
    return 3 * (os.cpu_count() or 1) // 2


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Look for garbage seldom, and never among the thousands of tests themselves: it took a twelfth of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, pytest.CollectReport, Any]:
    """Let each process of a run begin elsewhere in a folder: a file that one has compiled, the others take over."""
    report = yield
    if isinstance(collector, pytest.Dir):
        process, count = os.environ.get("PYTEST_XDIST_WORKER", "gw0"), os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
        first = len(report.result) * int(process.removeprefix("gw")) // int(count)
        report.result = report.result[first:] + report.result[:first]
    return report


@pytest.fixture(scope="session", autouse=True)
def second_person() -> Iterator[None]:
    """Let a second person agree to every act."""
    with agreeing():
        yield


@pytest.fixture(scope="session", autouse=True)
def begun_anew() -> Iterator[None]:
    """Keep nothing that was made for another run in this process, which was of other code where mutants are tried."""
    yield
    forget_samples()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords at little cost, and rate each once: those of tests guard nothing."""
    hasher, rated = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), cache(zxcvbn)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_HASHER", hasher)
        patch.setattr(accounts, "_NOBODY", hasher.hash("nobody has this password"))
        patch.setattr(accounts, "zxcvbn", lambda password, user_inputs: rated(password, tuple(user_inputs)))
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let one process of the run compile a kernel, and the others take it from the disk: it takes seconds."""
    root, compile_ = shared_root(tmp_path_factory), Dispatcher.compile

    def compiled(kernel: Dispatcher, sig: Any) -> Any:
        name = f"{kernel.py_func.__module__}.{kernel.py_func.__qualname__}.lock"
        with global_compiler_lock, FileLock(root / name):  # numba's own first: else two threads wait for each other
            return compile_(kernel, sig)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dispatcher, "compile", compiled)
        yield


@pytest.fixture(scope="session", autouse=True)
def loaded_once() -> Iterator[None]:
    """Load the study areas of the repository once: hundreds of commands load theirs, and nothing changes one."""
    load, areas = StudyArea.load, {}

    def loaded(folder: str | Path) -> StudyArea:
        if Path(folder) not in (TINY, TAJIKISTAN):
            return load(folder)
        if folder not in areas:
            areas[folder] = load(folder)
        return areas[folder]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StudyArea, "load", loaded)
        yield


class Compiled(jinja2.FileSystemBytecodeCache):
    """Templates that one app compiled for a language, for the next ones of all processes of a run."""

    def get_bucket(self, environment: jinja2.Environment, name: str, filename: str | None, source: str) -> Bucket:
        return super().get_bucket(environment, f"{getattr(environment, 'language', '')} {name}", filename, source)


@pytest.fixture(scope="session", autouse=True)
def quick_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compile each template and each route once, and draw each picture once as PNG, in few pixels.

    Hundreds of sites are made.
    """
    (templates := shared_root(tmp_path_factory) / "templates").mkdir(exist_ok=True)
    drawn: dict[tuple[str, int, str], bytes] = {}
    builders: dict[tuple[str, str, bool], Any] = {}
    compile_builder = Rule._compile_builder

    def svg_to_bytes(*, svg_string: str, width: int, **given: Any) -> bytes:
        key = svg_string, min(width, 200), repr(given)
        if key not in drawn:
            drawn[key] = bytes(resvg_py.svg_to_bytes(svg_string=svg_string, width=key[1], **given))
        return drawn[key]

    def compiled_builder(rule: Rule, append_unknown: bool = True) -> Any:
        key = rule.rule, repr(rule.defaults), append_unknown
        if key not in builders:
            builders[key] = compile_builder(rule, append_unknown)
        return builders[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compiled_builder)
        patch.setattr(picture, "resvg_py", types.SimpleNamespace(svg_to_bytes=svg_to_bytes))
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": Compiled(templates)})
        yield


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody agrees to anything by themselves."""
    monkeypatch.setattr(SecondPerson, "present", False)


@pytest.fixture(scope="session")
def tiny_area() -> StudyArea:
    """Orzustan, an invented country whose people and minutes can be worked out by hand: tests/tiny/README.md."""
    return StudyArea.load(TINY)


@pytest.fixture
def tiny_copy(tmp_path: Path) -> Path:
    """A copy of Orzustan's folder to spoil."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


@pytest.fixture
def tiny_in_one_language(tiny_copy: Path) -> Path:
    """A copy of Orzustan's folder where only the first of its languages is spoken: a third of the pages."""
    settings_file = tiny_copy / "area.toml"
    text = settings_file.read_text("utf-8")
    settings_file.write_text(re.sub(r'(?m)^languages = \["(\w+)".*', r'languages = ["\1"]', text), "utf-8")
    return tiny_copy


@pytest.fixture(scope="session")
def tj_area() -> StudyArea:
    """The default study area of the repository."""
    return StudyArea.load(TAJIKISTAN)


@pytest.fixture(scope="session")
def view_file(tmp_path_factory: pytest.TempPathFactory, tiny_area: StudyArea) -> Path:
    """What is published of the sample, beside its directory."""
    return once(tmp_path_factory, "portal", lambda folder: published(folder, tiny_area)) / "public.db"


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory, tj_area: StudyArea) -> Path:
    """The demonstration's directory on its day, the reports of its lists, and what each gave, pickled: copy it.

    Nobody agrees to it but those who signed its files.
    """

    def build(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch, Directory(folder / "directory.db", tj_area) as directory:
            patch.setattr(SecondPerson, "present", False)
            outcomes = import_demo(directory, tj_area, today=DEMO_DAY, report_dir=folder / "reports")
        (folder / "outcomes.pickle").write_bytes(pickle.dumps(outcomes))

    return once(tmp_path_factory, "demo", build)


@pytest.fixture(scope="session")
def demo_view(
    tmp_path_factory: pytest.TempPathFactory, demo_folder: Path, tj_area: StudyArea
) -> Callable[[Audience], Path]:
    """Tell where the view of the demonstration for an audience lies, published on its day."""

    def view(audience: Audience) -> Path:
        def build(folder: Path) -> None:
            copied = shutil.copytree(demo_folder, folder / "private")
            with Directory(copied / "directory.db", tj_area) as directory:
                publish(directory, audience, folder / "view.db", area=tj_area, edition=DEMO_DAY).view.close()

        return once(tmp_path_factory, f"demo-{audience}", build) / "view.db"

    return view


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of material that the repository does not hold; tests that need it skip without."""
    folder = Path(os.environ.get("ROHNAMO_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"needs material that is not part of the repository: no folder {folder.name!r} beside it")
    return folder
