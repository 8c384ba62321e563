"""Work that a second process shares: each is done once, also where that process fails, and what it says is not lost."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from mapping import apart
from mapping.apart import Helper

WORK = list(range(1, 51))


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart.os, "cpu_count", lambda: 2)


@pytest.fixture(scope="module")
def helper() -> Iterator[Helper]:
    with pytest.MonkeyPatch.context() as patch, Helper() as helper:
        patch.setattr(apart.os, "cpu_count", lambda: 2)
        assert helper.share((), list).outcome() == ([],)
        yield helper
        process = helper._process
    assert process.returncode is not None


def test_all_work_is_done_once(helper: Helper) -> None:
    shared = helper.share(WORK, list)
    here = list(shared)
    (there,) = shared.outcome()
    assert sorted([*here, *there]) == WORK
    assert list(shared) == []


def test_the_other_process_does_what_this_one_leaves_to_it(helper: Helper) -> None:
    for _ in range(2):
        shared = helper.share(WORK, sum)
        assert shared.outcome() == (sum(WORK),)
        assert list(shared) == []


def test_what_is_printed_there_is_no_answer(helper: Helper) -> None:
    assert helper.share(WORK, print).outcome() == (None,)


def test_it_is_given_what_its_work_takes_besides(helper: Helper) -> None:
    assert helper.share(["a"], dict.fromkeys, "b").outcome() == ({"a": "b"},)


def test_where_it_may_not_begin_all_is_done_here(helper: Helper) -> None:
    shared = helper.share(WORK, list, may_begin=lambda: False)
    assert shared.outcome() == ([],)
    assert list(shared) == WORK
    assert helper.share(WORK, sum).outcome() == (sum(WORK),)


@pytest.mark.parametrize("fault", ["one core", "missing", "of other code", "raises", "ends at once", "ends later"])
def test_what_it_fails_to_do_is_done_here(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    job, ending = list, lambda: True
    with Helper() as helper:
        if fault == "one core":
            monkeypatch.setattr(apart.os, "cpu_count", lambda: None)
        elif fault == "missing":
            monkeypatch.setattr(apart.sys, "executable", "/missing")
        elif fault == "of other code":
            monkeypatch.setattr(apart, "CODE_DIGEST", "another")
        elif fault == "raises":
            job = sum
        else:

            def ending() -> bool:
                helper._process.kill()
                helper._process.wait()
                return fault == "ends later"

        work = ["text"] if fault == "raises" else WORK
        for _ in range(2):
            shared = helper.share(work, job, may_begin=ending)
            assert shared.outcome() is None
            assert sorted(shared) == work
        assert [*helper.ahead(work, job)] == [(number, None) for number in work]
        assert (helper._process is None) == (fault in ("one core", "missing"))


def negation(more: int) -> Callable[[int], int]:
    return lambda number: more - number


def test_of_work_in_order_the_other_process_does_some_ahead_and_leaves_the_next_to_this_one(helper: Helper) -> None:
    for _ in range(2):
        ahead, handed = helper.ahead(iter(WORK), negation, 100), []
        for number, made in ahead:
            handed.append(number)
            assert made in (None, (100 - number,))
            if number == 1:
                with ahead._changed:
                    assert ahead._changed.wait_for(lambda own=ahead: len(own._made) == apart.AHEAD, timeout=60)
                assert sorted(ahead._made) == [2, 3, 4, 5]
        assert handed == WORK
    assert [*helper.ahead(["alone"], negation, 1)] == [("alone", None)]
    assert [*helper.ahead([], negation, 1)] == []


def test_work_in_order_may_be_left_and_other_work_done(helper: Helper) -> None:
    for number, _ in helper.ahead(count(), negation, 1):
        if number == 3:
            break
    assert helper.share(WORK, sum).outcome() == (sum(WORK),)


def test_an_error_amid_work_in_order_ends_the_process() -> None:
    other = Helper()

    def work() -> None:
        with other:
            for number, _ in other.ahead(count(), negation, 1):
                1 // (3 - number)

    with pytest.raises(ZeroDivisionError):
        work()
    assert other._process.returncode is not None


def test_it_runs_the_code_of_this_process(helper: Helper, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "only_here.py").write_text("import sys\n\ndef path(_work):\n    return sys.path\n")
    monkeypatch.syspath_prepend(tmp_path)
    import only_here

    with Helper() as other:
        (there,) = other.share((), only_here.path).outcome()
    assert str(tmp_path) in there
