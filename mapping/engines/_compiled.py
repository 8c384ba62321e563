"""Compile kernels once and keep them on disk, where that can be written to."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)
Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel when it is first called; it releases the lock of the interpreter while it runs."""
    return _compiled(function, {})


def reordered(function: Kernel) -> Kernel:
    """Compile a kernel whose sums may be added up in another order, which is several times faster.

    For bounds and the like: on other processors the last digits may differ.
    """
    return _compiled(function, {"fastmath": {"reassoc", "nsz"}})


def _compiled(function: Kernel, options: dict[str, Any]) -> Kernel:
    try:
        return cast("Kernel", numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function))
    except RuntimeError:  # numba found neither the package's folder nor the user's cache writable
        return cast("Kernel", numba.njit(nogil=True, error_model="numpy", **options)(function))


def inlined(function: Kernel) -> Kernel:
    """Compile into each caller, so that its constants are known there."""
    return cast("Kernel", numba.njit(inline="always", error_model="numpy")(function))


def read_only(array: NDArray[Number]) -> NDArray[Number]:
    """Return a view that cannot be written to: numba compiles for writable and for read-only arrays apart."""
    view = array.view()
    view.flags.writeable = False
    return view
