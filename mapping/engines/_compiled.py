"""Compile kernels once and keep them on disk, where that can be written to."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(function: Kernel) -> Kernel:
    """Compile a kernel when it is first called; it releases the lock of the interpreter while it runs."""
    try:
        return cast("Kernel", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:  # numba found neither the package's folder nor the user's cache writable
        return cast("Kernel", numba.njit(nogil=True, error_model="numpy")(function))
