"""What a steward hides leaves the live portal with the next request."""

from mapping.directory.directory import public_id
from mapping.editions.hiding import hide
from mapping.editions.publish import publish
from mapping.editions.releases import Releases
from tests.support.sample import TODAY, key, sample_directory
from web import create_app


def test_what_is_hidden_leaves_all_that_is_served_at_once(tmp_path, tiny_area):
    view, record = tmp_path / "public.db", key("service", "Hotline")
    with sample_directory(tmp_path, tiny_area) as directory:
        publish(directory, "public", view, area=tiny_area, edition=TODAY).view.close()
        client, page = create_app(view, tiny_area).test_client(), f"s/{public_id(directory.key, record)}.html"
        assert client.get(f"/en/{page}").status_code == 200
        assert page in client.get("/en/all-1.html").text
        assert hide(
            directory,
            "service",
            record,
            [Releases(tmp_path / "editions", view, "public")],
            by="a",
            day=TODAY,
            reason="x",
        )
        assert client.get(f"/en/{page}").status_code == 404
        assert page not in client.get("/en/all-1.html").text
