"""JSON that anybody may have written."""

import pytest

from mapping.formats._json import parse


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r'"A\ud800b"', "A\ufffdb"),
        (r'"\udfff"', "\ufffd"),
        (r'"\uD83D\uDE00"', "\U0001f600"),
        (r'"\ud83d\ud83d\ude00"', "\ufffd\U0001f600"),
        ('"Умед"', "Умед"),
        (b'"\xed\xa0\x80\xd0\xa3"', "\ufffdУ"),
        ("NaN", None),
    ],
)
def test_half_a_letter_is_a_lost_letter(text, read):
    assert parse(text, "x") == read
    if read:
        read.encode()
