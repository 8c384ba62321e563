"""What the log says was done: code can write nothing that has no words, and no two deeds read the same."""

from typing import get_args, get_type_hints

import pytest

from mapping.language.languages import codes
from web.access import guard
from web.stores.deeds import DEEDS, Deed
from web.stores.ledger import Ledger


@pytest.mark.parametrize("write", [Ledger.append, Ledger.append_at_most, guard.log, guard.log_at_most])
def test_whatever_writes_a_line_takes_deeds_only(write):
    assert get_type_hints(write)["action"] == Deed


@pytest.mark.parametrize("language", codes())
def test_each_deed_has_words_of_its_own(language):
    assert set(DEEDS) == set(get_args(Deed))
    assert len({words.into(language) for words in DEEDS.values()}) == len(DEEDS)
