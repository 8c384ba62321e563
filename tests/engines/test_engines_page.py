"""Every example of docs/engines.md runs as it stands, from the top of the page to its end."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "engines.md"


def test_the_examples_run():
    examples = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(examples) >= 7
    known: dict[str, object] = {}
    for example in examples:
        exec(compile(example, str(PAGE), "exec"), known)
