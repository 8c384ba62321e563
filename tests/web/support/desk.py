"""The partner portal in tests: an app on views of a sample, people who are signed in, and a crawl of all pages."""

import re
from itertools import cycle
from pathlib import Path

from mapping.area.study_area import StudyArea
from mapping.editions.publish import publish
from tests.support.sample import TODAY, sample_directory
from tests.web.support.signed_in import SignedIn, csrf
from web.partner.app import create_partner_app


def views(folder: Path, area: StudyArea, *parts) -> Path:
    """Publish these parts, or the whole sample, for partners and for focal points into a folder."""
    with sample_directory(folder, area, *parts) as directory:
        for audience in ("partner", "focal_point"):
            publish(directory, audience, folder / f"{audience}.db", area=area, edition=TODAY)
    return folder


class Desk(SignedIn):
    """A partner portal; ``published`` is a folder of `views`."""

    portal, role = "partner", "caseworker"

    def __init__(self, folder: Path, area: StudyArea, published: Path):
        super().__init__(folder)
        focal = published / "focal_point.db"
        self.app = create_partner_app(published / "partner.db", area, focal_view=focal, **self.settings)

    def editions(self, audience="partner"):
        """Return the edition that an audience reads."""
        return next(each for each in self.app.config["EDITIONS"] if each.audience == audience).now()

    def id(self, name, audience="partner"):
        """Return the published id of a service by its English name."""
        return next(each.id for each in self.editions(audience).entries("en").values() if each.name == name)

    def body(self, name):
        """Return the published id of an organization by its English name."""
        return next(each.id for each in self.editions().organizations("en").values() if each.name == name)


def post(client, path, *, page="/en/index.html", **fields):
    """Send a form with the token of a page."""
    return client.post(path, data={"csrf_token": csrf(client.get(page).text), **fields})


ALL_NEEDS = {
    "need": ["stay", "talk", "doctor", "lawyer", "papers", "wages", "child", "home", "work"],
    "speaks": "tg",
    "happened": ["EXP-LAB", "VUL-DV"],
    "no_papers": "1",
    "disability": "1",
    "children": "1",
    "no_police": "1",
}


def crawl(client, *, languages=("en", "tg")):
    """Return every page that a person can reach, by address or form, without what changes from request to request."""
    found, waiting = {}, [f"/{language}/{page}" for language in languages for page in PAGES]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        answer = client.get(path)
        found[path] = f"{answer.status_code} {_still(answer.text)}"
        base = path.rsplit("/", 1)[0]
        for link in re.findall(r'href="([^"#?:]+\.html)"', answer.text):
            parts = [*base.strip("/").split("/"), *link.split("/")]
            while ".." in parts:
                at = parts.index("..")
                del parts[at - 1 : at + 1]
            target = "/" + "/".join(parts)
            if target not in found and target.split("/")[1] in languages:
                waiting.append(target)
    first = client.get("/en/index.html").text
    choice = re.search(r'<select id="place".*?</select>', first, re.DOTALL)
    starts, token = re.findall(r'<option value="([^"]+)"', choice[0]), {"csrf_token": csrf(first)}
    people = cycle((("SEX-M", "AGE-ADU"), ("SEX-F", "AGE-CHI"), ("", "")))
    for place, (sex, age) in zip(starts[:6], people, strict=False):
        fields = {**ALL_NEEDS, "place": place, "sex": sex, "age": age}
        answer = client.post("/en/find.html", data=fields | token)
        found[f"find {place} {sex} {age}"] = f"{answer.status_code} {_still(answer.text)}"
        picked = re.findall(r'name="pick" value="([^"]+)"', answer.text)
        for page in ("compare.html", "card.html"):
            answer = client.post(f"/en/{page}", data=fields | token | {"pick": picked, "kind": "place", "name": "1"})
            found[f"{page} {place} {sex} {age}"] = f"{answer.status_code} {_still(answer.text)}"
    answer = client.post("/en/news.html", data={"since": "2020-01-01"} | token)
    found["news"] = f"{answer.status_code} {_still(answer.text)}"
    return found


PAGES = ("index.html", "referrals.html", "rooms.html", "agreements.html", "news.html", "counts.html", "account.html")


def _still(text):
    """Leave out what differs from one request to the next: the tokens of forms, the questions for passkeys."""
    return re.sub(r'(name="csrf_token" value|data-passkey)="[^"]+"', r"\1", text)
