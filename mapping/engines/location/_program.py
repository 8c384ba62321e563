"""Mixed-integer programs, solved by HiGHS on one thread with a fixed seed, so that equal input gives equal answers.

No answer is believed: it is rounded where it must be whole, held against every rule of the program, its cost is added
up anew, and both are held against what the solver said (`checked`). What is made of an answer is held against the bound
once more (`proven`). HiGHS is given no first solution: with one it has handed that back for a better one.
"""

import os
import sys
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Literal

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mapping.errors import MappingError

Floats = NDArray[np.float64]
Status = Literal["optimal", "time limit", "infeasible"]


@dataclass(frozen=True)
class IntegerProgram:
    """Least cost @ x with row_low <= rows @ x <= row_high and low <= x <= high; ``whole`` are the integer columns."""

    cost: Floats
    low: Floats
    high: Floats
    whole: NDArray[np.bool_]
    rows: csr_array
    row_low: Floats
    row_high: Floats


@dataclass(frozen=True)
class Solved:
    """What was found: ``values`` is None where nothing was, ``bound`` is what no solution can be below."""

    values: Floats | None
    bound: float
    status: Status


EXACT = 1e-6
"""Share by which a cost, a bound or a rule may differ from what it should be: HiGHS's own tolerance."""


def solve(program: IntegerProgram, *, seconds: float) -> Solved:
    """Solve a program within some seconds.

    Raises
    ------
    MappingError
        The answer is not what the solver says it is.
    """
    return checked(program, run(program, max(seconds, 0.01)))


def checked(program: IntegerProgram, solved: Solved) -> Solved:
    """Return an answer with whole numbers where they must be, if it keeps the rules and costs what it should.

    Raises
    ------
    MappingError
        The answer breaks a rule, costs more than the bound although it is called optimal, or less than the bound.
    """
    if solved.values is None:
        return solved
    values = np.where(program.whole, np.rint(solved.values), solved.values)
    sums = program.rows @ values
    size = EXACT * np.maximum(1, abs(program.rows) @ np.abs(values))
    column = EXACT * np.maximum(1, np.abs(values))
    if not (
        (sums >= program.row_low - size).all()
        and (sums <= program.row_high + size).all()
        and (values >= program.low - column).all()
        and (values <= program.high + column).all()
    ):
        raise MappingError("HiGHS handed back an answer that breaks a rule; please report this with your input")
    bound, status = proven(float(program.cost @ values), solved.bound, solved.status)
    return Solved(values, bound, status)


def proven(cost: float, bound: float, status: Status) -> tuple[float, Status]:
    """Return the bound on a least cost, and whether an answer of some cost meets it; the cost itself where it does.

    Raises
    ------
    MappingError
        The answer costs less than the bound, or is called optimal and costs more.
    """
    slack = EXACT * max(1.0, abs(cost))
    if bound > cost + slack or (status == "optimal" and bound < cost - slack):
        raise MappingError(
            f"HiGHS says that nothing costs less than {bound:.12g} ({status}), and its answer costs {cost:.12g}; "
            "please report this with your input"
        )
    return (cost, "optimal") if bound >= cost - slack else (bound, status)


def run(program: IntegerProgram, seconds: float) -> Solved:
    """Return what HiGHS says, as it is."""
    with _ONE_AT_A_TIME:
        _greet()
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    model.silent()
    for name, value in (
        ("threads", 1),
        ("random_seed", 0),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 1e-7),
        ("time_limit", seconds),
    ):
        model.setOptionValue(name, value)
    model.passModel(_lp(program))
    model.run()
    status, info = model.getModelStatus(), model.getInfo()
    values = np.array(model.getSolution().col_value) if info.primal_solution_status == 2 else None
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solved(None, np.inf, "infeasible")
    if status == highspy.HighsModelStatus.kOptimal:
        return Solved(values, info.mip_dual_bound if program.whole.any() else info.objective_function_value, "optimal")
    if status in (highspy.HighsModelStatus.kTimeLimit, highspy.HighsModelStatus.kInterrupt):
        return Solved(values, info.mip_dual_bound, "time limit")
    raise MappingError(f"HiGHS ended with {model.modelStatusToString(status)}; please report this with your input")


_ONE_AT_A_TIME = Lock()


@cache
def _greet() -> None:
    """Let HiGHS print its banner where nobody sees it: it does so once, past Python, into whatever a program writes."""
    sys.stdout.flush()
    try:
        standard_output, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # there is no standard output to spoil
        return
    os.dup2(nowhere, 1)
    try:
        highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(standard_output, 1)
        os.close(standard_output)
        os.close(nowhere)


def _lp(program: IntegerProgram) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = program.cost.size, program.row_low.size
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.low, program.high
    lp.row_lower_, lp.row_upper_ = program.row_low, program.row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = program.rows.indptr.astype(np.int32)
    lp.a_matrix_.index_ = program.rows.indices.astype(np.int32)
    lp.a_matrix_.value_ = program.rows.data.astype(float)
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(whole)] for whole in program.whole]
    return lp
