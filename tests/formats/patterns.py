"""The patterns of the code, and for each the texts over which it may stumble, made of what it is itself made of."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import mapping
import web

CALLS = ("compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split")
REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
SIGNS = "aЖ1 \n.,-()\"_:;/+'@x0№«»–?"
MANY = 20
"""A part that may stand so often has no end."""
MOST_PIECES = 60


@dataclass(frozen=True)
class Used:
    """A pattern, where it is, and by which methods it is used."""

    pattern: re.Pattern[Any]
    place: str
    methods: frozenset[str]


def modules() -> list[ModuleType]:
    """Return every module of the code."""
    names = [
        module.name
        for package in (mapping, web)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not module.name.endswith("__main__")
    ]
    return [mapping, web, *map(importlib.import_module, names)]


def patterns() -> list[Used]:
    """Return every pattern that a module holds or, of what is known there, calls for."""
    called, kept = _uses(), {}
    for module in modules():
        for name, value in vars(module).items():
            for pattern in _within(value, set()):
                methods = called.get((module.__name__ if name[0] == "_" else "", name), set())
                _keep(kept, pattern, f"{module.__name__}.{name}", methods or {"search"})
        for node in _nodes(module):
            if pattern := _written(node, module):
                _keep(kept, pattern, f"{module.__name__}:{node.lineno}", {node.func.attr} - {"compile"})
    return list(kept.values())


def _keep(kept: dict[tuple[object, int], Used], pattern: re.Pattern[Any], place: str, methods: set[str]) -> None:
    key = pattern.pattern, pattern.flags
    first = kept.get(key, Used(pattern, place, frozenset()))
    kept[key] = Used(pattern, first.place, first.methods | methods)


@cache
def _nodes(module: ModuleType) -> list[ast.AST]:
    """Return what a module's text calls, names of something, and goes through."""
    tree = ast.parse(inspect.getsource(module)) if module.__file__ else ast.Module([], [])
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call | ast.Attribute | ast.For | ast.comprehension)]


def _uses() -> dict[tuple[str, str], set[str]]:
    """Return the methods that are called on a name, by module and name; of a name for all, in any module ("")."""
    uses: dict[tuple[str, str], set[str]] = {}
    for module in modules():
        loops: list[tuple[str, str]] = []
        for node in _nodes(module):
            if isinstance(node, ast.Attribute) and node.attr in CALLS[1:]:
                name = getattr(node.value, "id", getattr(node.value, "attr", ""))
                for place in (module.__name__, ""):
                    uses.setdefault((place, name), set()).add(node.attr)
            elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Name):
                loops += [(node.iter.id, part.id) for part in ast.walk(node.target) if isinstance(part, ast.Name)]
        for table, name in loops:
            for place in (module.__name__, ""):
                uses.setdefault((place, table), set()).update(uses.get((module.__name__, name), set()))
    return uses


def _within(value: object, met: set[int]) -> Iterator[re.Pattern[Any]]:
    """Yield the patterns in a value of a module, however deep."""
    if id(value) in met:
        return
    met.add(id(value))
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from (pattern for pair in value.items() for part in pair for pattern in _within(part, met))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (pattern for part in value for pattern in _within(part, met))


def _written(node: ast.AST, module: ModuleType) -> re.Pattern[Any] | None:
    """Return the pattern of a call of `re`, unless it hangs on what the function around it is given."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS):
        return None
    if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.args):
        return None
    bound = inspect.signature(getattr(re, node.func.attr)).bind(
        *node.args, **{word.arg: word.value for word in node.keywords}
    )
    given = [bound.arguments["pattern"], bound.arguments.get("flags", ast.parse("0", mode="eval").body)]
    try:
        text, flags = (eval(compile(ast.Expression(part), "", "eval"), vars(module)) for part in given)
    except NameError:
        return None
    return re.compile(text, flags)


class Pieces:
    """What texts for one pattern are made of: signs that it tells apart, and what its parts match."""

    def __init__(self, pattern: re.Pattern[Any]) -> None:
        self.parsed = _parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
        self.flags = self.parsed.state.flags
        self.signs = self._signs()

    def pieces(self) -> list[tuple[str, str]]:
        """Return how texts begin, and the piece that stands in each again and again."""
        pieces: dict[tuple[str, str], None] = {("", sign): None for sign in self.signs}
        for liking in (SIGNS, "1 a", " \n.-1"):
            for before, matched in self._repeats(self.parsed, self.flags, "", liking):
                for start, piece in (
                    ("", matched),
                    (before, matched),
                    ("", before + matched),
                    ("", before),
                    ("", f"{before} "),
                    *((before, sign) for sign in self.signs[:8]),
                ):
                    pieces[start[-100:], piece[:200]] = None
        for choice in range(0, 60, 7):
            whole = self._sample(self.parsed, self.flags, SIGNS, choice)[:200]
            pieces |= {("", whole): None, ("", f"{whole} "): None, ("", f"{whole[:-1]} "): None}
        pieces |= {("", one + two): None for one, two in permutations(self.signs[:8], 2)}
        every = [(start, piece) for start, piece in pieces if piece]
        step = max(1, len(every) / MOST_PIECES)
        return [every[int(at * step)] for at in range(int(len(every) / step))]

    def _signs(self) -> list[str]:
        """Return a sign of each kind that the parts of the pattern tell apart."""
        parts = list(dict.fromkeys(self._parts(self.parsed)))
        own = [chr(code) for kind, code in parts if kind is _constants.LITERAL]
        kinds = [self._one(part) for part in parts if part[0] is not _constants.LITERAL]
        told: dict[object, str] = {}
        for sign in [*SIGNS, *own]:
            alone = sign if sign in own and not sign.isalnum() else ""
            told.setdefault((alone, *(bool(kind.match(sign)) for kind in kinds)), sign)
        return list(told.values())[:24]

    def _parts(self, parsed: Iterable[Any]) -> Iterator[Any]:
        for kind, value in parsed:
            if kind in (_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY):
                yield kind, value
            elif kind is _constants.IN:
                yield kind, tuple(value)
                yield from ((_constants.LITERAL, code) for inner, code in value if inner is _constants.LITERAL)
            else:
                for inner, _flags in self._inner(kind, value, self.flags):
                    yield from self._parts(inner)

    def _inner(self, kind: object, value: Any, flags: int) -> list[tuple[Any, int]]:
        """Return what stands in a part, with the flags that hold there."""
        if kind in REPEATS:
            return [(value[2], flags)]
        if kind is _constants.BRANCH:
            return [(branch, flags) for branch in value[1]]
        if kind is _constants.SUBPATTERN:
            return [(value[3], (flags | value[1]) & ~value[2])]
        if kind is _constants.ATOMIC_GROUP:
            return [(value, flags)]
        if kind in (_constants.ASSERT, _constants.ASSERT_NOT):
            return [(value[1], flags)]
        if kind is _constants.GROUPREF_EXISTS:
            return [(branch, flags) for branch in value[1:] if branch]
        return []

    def _one(self, part: Any) -> re.Pattern[str]:
        return _alone(part, self.flags)

    def _sign(self, part: Any, liking: str) -> str:
        return chr(part[1]) if part[0] is _constants.LITERAL else _first_sign(part, self.flags, liking)

    def _sample(self, parsed: Iterable[Any], flags: int, liking: str, choice: int) -> str:
        """Return a text that a part matches, more or less; ``choice`` tells which branches are taken."""
        text = ""
        for kind, value in parsed:
            if kind in (_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY):
                text += self._sign((kind, value), liking)
            elif kind is _constants.IN:
                text += self._sign((kind, tuple(value)), liking)
            elif kind not in (_constants.ASSERT, _constants.ASSERT_NOT):
                inner = self._inner(kind, value, flags)
                if inner:
                    times = min(max(value[0], 1), value[1], 8) if kind in REPEATS else 1
                    text += self._sample(*inner[choice % len(inner)], liking, choice // len(inner)) * times
        return text

    def _repeats(self, parsed: Any, flags: int, before: str, liking: str) -> Iterator[tuple[str, str]]:
        """Yield, for each part that may stand without end, what leads to it and what it matches."""
        for at, (kind, value) in enumerate(parsed):
            start = before + self._sample(parsed[:at], flags, liking, 0)
            if kind in REPEATS and value[1] >= MANY:
                yield from ((start, self._sample(value[2], flags, liking, choice)) for choice in range(4))
            for inner, own in self._inner(kind, value, flags):
                yield from self._repeats(inner, own, start, liking)


@cache
def _alone(part: Any, flags: int) -> re.Pattern[str]:
    """Return a pattern of one part: a letter, a class."""
    state = _parser.State()
    state.flags, state.str = flags, ""
    kind, value = part
    whole = _parser.SubPattern(state, [(kind, list(value) if isinstance(value, tuple) else value)])
    return _compiler._sre.compile(None, flags, _compiler._code(whole, flags), 0, {}, (None,))


@cache
def _first_sign(part: Any, flags: int, liking: str) -> str:
    """Return a sign that a part matches: one that is liked, if any."""
    matches = _alone(part, flags).match
    return next((sign for sign in (*liking, *SIGNS, *map(chr, range(0x20, 0x500))) if matches(sign)), "")


def tried(used: Used, text: str) -> None:
    """Let a pattern go through a text as the code does."""
    given = text if isinstance(used.pattern.pattern, str) else text.encode("latin-1", "replace")
    for method in used.methods & {"match", "fullmatch"}:
        getattr(used.pattern, method)(given)
    if not used.methods or used.methods - {"match", "fullmatch"}:
        deque(used.pattern.finditer(given), maxlen=0)
