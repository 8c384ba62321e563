"""Check the import rules of layers.txt: ``python -m scripts.check_layers``.

Every import counts for the layers and for what is forbidden, also one inside a function or under TYPE_CHECKING.
For cycles, and for what is forbidden through other modules, only imports that run when a module is loaded count.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
Graph = dict[str, set[str]]


def problems(root: Path, rules: str, packages: tuple[str, ...] = ("mapping", "web")) -> list[str]:
    """Return a line for each broken rule and for each module that is in no layer."""
    layers, forbidden = read_rules(rules)
    every, loaded = import_graphs(root, packages)
    found = []
    for name, targets in sorted(every.items()):
        here = level(name, layers)
        if here is None:
            found.append(f"{name} is in no layer: add it to layers.txt")
            continue
        for target in sorted(targets):
            there = level(target, layers)
            if there is not None and there < here:
                found.append(f"{name} imports {target}, which is in a higher layer")
        for pattern in (b for a, b in forbidden if matches(name, a)):
            chain = chain_to(pattern, name, every, loaded)
            if chain:
                found.append(f"{chain[0]} imports {', which imports '.join(chain[1:])}: forbidden to {name}")
    try:
        TopologicalSorter(loaded).prepare()
    except CycleError as error:
        found.append("cycle: " + " imports ".join(reversed(error.args[1])))
    return found


def read_rules(text: str) -> tuple[list[list[str]], list[tuple[str, str]]]:
    """Read the layers, top first, and the forbidden pairs (importer, imported)."""
    layers, forbidden = [], []
    for line in (line.split("#")[0] for line in text.splitlines()):
        importers, arrow, imported = line.partition("-/>")
        if arrow:
            forbidden += [(a, b) for a in importers.split() for b in imported.split()]
        elif line.strip():
            layers.append(line.split())
    return layers, forbidden


def matches(name: str, pattern: str) -> bool:
    """Tell whether a module is the pattern or lies below it ("$" at the end: only the very name)."""
    return name == pattern.removesuffix("$") or (not pattern.endswith("$") and name.startswith(pattern + "."))


def level(name: str, layers: list[list[str]]) -> int | None:
    """Return the number of a module's layer, by the longest pattern that matches."""
    found = [(len(p), number) for number, patterns in enumerate(layers) for p in patterns if matches(name, p)]
    return max(found)[1] if found else None


def chain_to(pattern: str, start: str, every: Graph, loaded: Graph) -> list[str]:
    """Return the shortest chain of imports from a module to one that matches, empty if there is none."""
    chains, seen = [[start]], {start}
    for chain in chains:
        graph = every if chain == [start] else loaded
        for target in sorted(graph.get(chain[-1], set()) - seen):
            if matches(target, pattern):
                return [*chain, target]
            seen.add(target)
            chains.append([*chain, target])
    return []


def import_graphs(root: Path, packages: tuple[str, ...]) -> tuple[Graph, Graph]:
    """Return what each module imports of our own packages: anywhere in its file, and when it is loaded."""
    files = {}
    for path in (path for package in packages for path in sorted((root / package).rglob("*.py"))):
        parts = path.relative_to(root).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    every, loaded = {}, {}
    for name, path in files.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        tree = ast.parse(path.read_text("utf-8"), str(path))
        every[name], loaded[name] = (
            {t for node in nodes for t in imported(node, package, set(files)) if t.split(".")[0] in packages} - {name}
            for nodes in (ast.walk(tree), at_load(tree))
        )
    return every, loaded


def at_load(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree, leaving out functions and what is under TYPE_CHECKING."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return
    children: Iterable[ast.AST] = ast.iter_child_nodes(node)
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        children = node.orelse
    for child in children:
        yield from at_load(child)


def imported(node: ast.AST, package: str, known: set[str]) -> Iterator[str]:
    """Yield the modules that one statement names; ``from a import b`` is ``a.b`` where that is a module, else ``a``."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        base = ".".join([*above, *([node.module] if node.module else [])])
        yield from (f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base for alias in node.names)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"import_module", "__import__"}:
        yield from (a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str))


if __name__ == "__main__":
    found = problems(ROOT, (ROOT / "layers.txt").read_text("utf-8"))
    print("\n".join(found) or "The import rules hold.")
    sys.exit(bool(found))
