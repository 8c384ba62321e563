"""Chats that Telegram exports are no lists, and said to be chats."""

import json

import pytest

from mapping.errors import FormatError
from mapping.intake.read import draft_map, read

CHAT = {
    "name": "Coordination (invented)",
    "type": "private_group",
    "messages": [
        {"id": 1, "type": "service", "date": "2026-10-12T09:15:00", "actor": "Зарина", "action": "pin", "text": ""},
        {"id": 2, "type": "message", "date": "2026-10-12T09:15:40", "from": "Зарина", "text": "«Умед», 918 00 11 22"},
        {"id": 3, "type": "message", "date": "2026-10-12T09:16:00", "from": None, "text": ["см. ", {"text": "сайт"}]},
    ],
}


@pytest.mark.parametrize("export", [CHAT, {"about": "All of it", "chats": {"list": [CHAT, CHAT]}}])
def test_a_chat_is_refused_for_what_it_is(tmp_path, tiny_area, export):
    path = tmp_path / "result.json"
    path.write_text(json.dumps(export, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(FormatError, match=r"result\.json: these are messages from a chat.*a row for each organization"):
        read(path, area=tiny_area)
    with pytest.raises(FormatError, match="messages from a chat"):
        draft_map(path, tmp_path / "draft.toml", area=tiny_area)
