"""The staff portal in tests: an app on the sample of Orzustan, and people who are signed in."""

import re
from pathlib import Path

from mapping.area.study_area import StudyArea
from tests.support.sample import sample_directory
from tests.web.support.signed_in import SignedIn, csrf
from web.staff.app import create_staff_app

__all__ = ["Office", "csrf", "post"]


class Office(SignedIn):
    """A staff portal; ``parts`` are records of `sample`, the whole sample when none are given."""

    portal, role = "staff", "steward"

    def __init__(self, folder: Path, area: StudyArea, *parts, **settings):
        super().__init__(folder)
        self.directory = folder / "directory.db"
        sample_directory(folder, area, *parts).close()
        self.app = create_staff_app(self.directory, area, **self.settings, **settings)


def post(client, path, *, page="", **fields):
    """Send the form of a page (that at ``path``, where none is named)."""
    text = client.get(page or path).text
    shows = dict(re.findall(r'<input type="hidden" name="(shows)" value="(\w+)"', text))
    return client.post(path, data={"csrf_token": csrf(text), **shows, **fields})
