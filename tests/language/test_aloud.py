"""Recordings: the ten texts are texts of the pages, and each recording is a small WAV file of one of them."""

import wave

import pytest

from mapping.language.i18n import catalogue
from mapping.language.languages import folders
from web.aloud import TEXTS, recordings


def test_the_ten_texts_are_those_of_the_pages():
    assert len(TEXTS) == 10
    assert [text for text in TEXTS.values() if text not in catalogue("ru")] == []


@pytest.mark.parametrize("language", sorted(folders()))
def test_a_recording_can_be_played_and_is_small(language):
    for recording in recordings(language):
        with wave.open(str(recording.file)) as sound:
            assert 1 < sound.getnframes() / sound.getframerate() < 60
        assert recording.file.stat().st_size < 100_000


def test_a_language_without_recordings_has_none():
    assert recordings("xx") == []
    assert [recording.name for recording in recordings("ru")] == ["call"]
