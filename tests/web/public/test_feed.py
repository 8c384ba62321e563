"""The feed of editions: each day on which something changed, from the public view alone."""

from xml.etree import ElementTree

from mapping.view.view import View
from tests.support.sample import TODAY

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def test_it_tells_each_edition_and_what_the_newest_brought(client, view_file):
    answer = client.get("/en/editions.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.data)
    for parent in (feed, *feed.findall("a:entry", ATOM)):
        assert all(parent.findtext(f"a:{name}", "", ATOM) for name in ("id", "title", "updated"))
        assert parent.find("a:link", ATOM) is not None
    assert feed.findtext("a:author/a:name", "", ATOM)
    newest = feed.find("a:entry", ATOM)
    assert newest.findtext("a:updated", "", ATOM) == f"{TODAY.isoformat()}T00:00:00Z"
    with View(view_file) as view:
        count = sum(
            row["entity"] == "service" and row["modified_on"] == TODAY.isoformat() for row in view.rows("modified")
        )
    assert count
    assert f": {count}." in newest.findtext("a:content", "", ATOM)
    ids = [entry.findtext("a:id", "", ATOM) for entry in feed.findall("a:entry", ATOM)]
    assert len({*ids}) == len(ids)
    assert "feed" in client.get("/tg/editions.atom").text
    assert client.get("/xx/editions.atom").status_code == 404
