"""How typed words are folded, read and ranked: the one table that Python and the browser go by."""

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

RULES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
FOR_BROWSERS = {name: RULES[name] for name in ("folding", "reading", "ranking")}


def replacer(pairs: Iterable[tuple[str, str]]) -> Callable[[str], str]:
    """Return what replaces each pattern in a text by what stands beside it, one after another."""
    steps = [(re.compile(pattern), new) for pattern, new in pairs]

    def replaced(text: str) -> str:
        for pattern, new in steps:
            text = pattern.sub(new, text)
        return text

    return replaced
