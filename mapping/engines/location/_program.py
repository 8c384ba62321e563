"""Mixed-integer programs, solved by HiGHS through SciPy.

No answer is believed: it is rounded where it must be whole, held against every rule of the program, its cost is added
up anew, and both are held against what the solver said (`checked`). What is made of an answer is held against the bound
once more (`proven`).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
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
    found = milp(
        program.cost,
        integrality=program.whole,
        bounds=Bounds(program.low, program.high),
        constraints=LinearConstraint(program.rows, program.row_low, program.row_high),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    bound = -np.inf if found.mip_dual_bound is None else float(found.mip_dual_bound)
    if found.status in _STATUS:
        return Solved(found.x, bound, _STATUS[found.status])
    raise MappingError(f"HiGHS ended with {found.message!r}; please report this with your input")


_STATUS: dict[int, Status] = {0: "optimal", 1: "time limit"}
