"""From an empty folder to a first published edition, in a browser alone, as a person would."""

import datetime as dt

from docs.figures.office_pictures import LIST, started, walk


def test_an_office_from_nothing_to_its_first_edition(chromium, tmp_path, tiny_copy):
    """In one language: the portals make their pages ahead in each."""
    settings = tiny_copy / "area.toml"
    settings.write_text(settings.read_text("utf-8").replace('["tg", "ru", "en"]', '["en"]'), "utf-8")
    (list_ := tmp_path / "list.csv").write_text(LIST.format(day=dt.date.today()), "utf-8")
    pictures = []
    with started(tmp_path / "office") as (port, address):
        office = walk(chromium, port, address, tiny_copy, list_, lambda name, _: pictures.append(name))
        assert (tmp_path / "office" / "backup.key").read_text().strip() == office.key
        assert "3 services" in office.steward.inner_text("main")
        assert "Published by Office of Orzustan." in office.visitor.inner_text("footer")
        assert "Bright Morning" in office.visitor.inner_text("main")
        assert "Quiet House" not in office.visitor.content()
        assert "First steps" in office.administrator.inner_text("h1")
        steps = office.administrator.query_selector_all("main li")
        waiting = [text.split(" to be")[0] for step in steps if "to be done" in (text := step.inner_text())]
        assert waiting == ["Mails can be sent"]
    assert {"setup", "steps", "list", "second", "publish", "public"} <= set(pictures)
