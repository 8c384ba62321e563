"""Messages of a chat as Telegram exports them (JSON): no list, and refused for what they are."""

import re
from pathlib import Path

from mapping.formats import OF_A_CHAT
from mapping.formats._json import beginning

SUFFIX = ".json"
REFUSED = OF_A_CHAT
SIGNS = re.compile(r'"(?:messages|chats)"\s*:\s*[\[{]')
MESSAGE = re.compile(r'"type"\s*:\s*"(?:message|service)"')
"""What every message of an export says of itself."""
LOOKED_AT = 2**20


def recognises(path: Path) -> bool:
    """Tell whether a file holds messages of a chat, or of all chats of somebody."""
    start = beginning(path, LOOKED_AT)
    return start.lstrip()[:1] == "{" and SIGNS.search(start) is not None and MESSAGE.search(start) is not None
