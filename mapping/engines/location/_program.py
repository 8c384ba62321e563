"""Mixed-integer programs, solved by HiGHS on one thread with a fixed seed, so that equal input gives equal answers."""

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


def solve(program: IntegerProgram, *, seconds: float, start: Floats | None = None) -> Solved:
    """Solve a program within some seconds, from a first solution where there is one."""
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
    if start is not None:
        first = highspy.HighsSolution()
        first.col_value = start.tolist()
        model.setSolution(first)
    model.run()
    status, info = model.getModelStatus(), model.getInfo()
    found = np.array(model.getSolution().col_value) if info.primal_solution_status == 2 else None
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solved(None, np.inf, "infeasible")
    if status == highspy.HighsModelStatus.kOptimal:
        return Solved(found, info.mip_dual_bound if program.whole.any() else info.objective_function_value, "optimal")
    if status in (highspy.HighsModelStatus.kTimeLimit, highspy.HighsModelStatus.kInterrupt):
        return Solved(found, info.mip_dual_bound, "time limit")
    raise MappingError(f"HiGHS ended with {model.modelStatusToString(status)}; please report this with your input")


_ONE_AT_A_TIME = Lock()


@cache
def _greet() -> None:
    """Let HiGHS print its banner where nobody sees it: it does so once, past Python, into whatever a program writes."""
    sys.stdout.flush()
    try:
        kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # there is no standard output to spoil
        return
    os.dup2(nowhere, 1)
    try:
        highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(kept, 1)
        os.close(kept)
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
