"""Turn a square of numbers over its diagonal in the processor's registers.

A loop does it one number at a time, and neither numba nor LLVM makes vector instructions of one that reads along lines
and writes across them: the other ways of writing it that were tried took longer still. So the few steps that it takes
are given to LLVM as shuffles, which it has for every processor; with them a block is turned five times as fast, and a
surface of 5000 x 5000 cells takes three quarters of the time. All else is plain numba.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

SQUARE = 16
"""Numbers along the side: as many as the largest registers hold; where they hold fewer, LLVM takes several."""

FLOATS = ir.VectorType(ir.FloatType(), SQUARE)
INDEX = ir.IntType(64)


def _turned(_context: Any, buffer: Any, source: Any, target: Any, width: Any) -> Any:
    signature = types.uint64(buffer, source, target, width)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array, source, target, width = arguments
        data = cgutils.create_struct_proxy(signature.args[0])(context, builder, array).data  # type: ignore[no-untyped-call]

        def line(first: Any, number: int) -> Any:
            place = builder.add(first, builder.mul(width, INDEX(number)))
            return builder.bitcast(builder.gep(data, [place]), FLOATS.as_pointer())

        lines = [builder.load(line(source, n), align=4) for n in range(SQUARE)]
        half = SQUARE // 2
        pairs = [[n // 2 + n % 2 * SQUARE + start for n in range(SQUARE)] for start in (0, half)]
        weave = [ir.Constant(ir.VectorType(ir.IntType(32), SQUARE), pair) for pair in pairs]
        for _ in range(SQUARE.bit_length() - 1):  # a line and the one half the square below are woven into two
            lines = [builder.shuffle_vector(lines[n // 2], lines[n // 2 + half], weave[n % 2]) for n in range(SQUARE)]
        changed = INDEX(0)
        for n, new in enumerate(lines):
            place = line(target, n)
            other = builder.fcmp_unordered("!=", builder.load(place, align=4), new)
            bits = builder.bitcast(other, ir.IntType(SQUARE))
            differs = builder.zext(builder.icmp_unsigned("!=", bits, bits.type(0)), INDEX)
            changed = builder.or_(changed, builder.shl(differs, INDEX(n)))
            builder.store(new, place, align=4)
        return changed

    return signature, code


turned: Callable[..., Any] = intrinsic(_turned)
"""(buffer, source, target, width): copy a square of float32 to where it lies across, and return a bit for each of its
new lines that differs from the old one.

``source`` and ``target`` are the positions in a contiguous buffer of the first number of each square, ``width`` is the
distance from one line to the next; all three are unsigned, of 64 bits.
"""
