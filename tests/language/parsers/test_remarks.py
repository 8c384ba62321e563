"""What a remark speaks of; it is never read."""

import pytest

from mapping.language.parsers import remarked


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("12 коек", ["capacity"]),
        ("мест: 12", ["capacity"]),
        ("15 ҷой дорад", ["capacity"]),
        ("10 oʻrin bor", ["capacity"]),
        ("takes 8 beds", ["capacity"]),
        ("говорят по-узбекски", ["languages"]),
        ("interpreter for Dari", ["languages"]),
        ("бо забони ӯзбекӣ ҳам", ["languages"]),
        ("только женщины", ["serves"]),
        ("танҳо занон", ["serves"]),
        ("faqat ayollar uchun", ["serves"]),
        ("Only for women and children", ["serves"]),
        ("8 мест, только женщины", ["capacity", "serves"]),
        ("работает только в будни", ["hours"]),
        ("якшанба дам", ["hours"]),
        ("приём начальника по средам", ["hours"]),
        ("Lawyer Tue & Thu only", ["hours"]),
        ("есть душ и туалет", []),
        ("безопасная среда для женщин", []),
        ("работает ежедневно", []),
        ("пулакӣ барои хориҷиён", ["cost"]),
        ("пуллик, 50 000 сўмдан", ["cost"]),
        ("запись заранее, платно", ["cost"]),
        ("взыскание заработной платы", []),
        ("8 locuri", ["capacity"]),
        ("15 орын", ["capacity"]),
        ("12 орун", ["capacity"]),
        ("вход со двора, 2 этаж", []),
        ("место встречи у рынка 5", []),
        ("принимают по средам с 14", ["hours"]),
        ("закрыты в августе", ["hours"]),
        ("водитель: Каримов Ш. 918 55 03 01", []),
        ("ücretsiz", ["cost"]),
        ("консультация бесплатная", ["cost"]),
        ("", []),
    ],
)
def test_a_remark_speaks_of_fields(text, fields):
    assert [*remarked(text)] == fields


@pytest.mark.parametrize("text", ["мужчин не консультируют", "детей не принимаем", "men are not accepted"])
def test_whom_a_remark_leaves_out_is_told(text):
    assert "serves" in remarked(text)
