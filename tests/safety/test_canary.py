"""The canaries are found in every form that they were hidden in, and nowhere else."""

import base64
import gzip
import json
import sqlite3
import struct
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
from pyproj import Transformer

from mapping.language.fold import skeleton
from tests.support.canary import encodings, find_canaries, geohash, transliterate, wkb

STREET, PHONE, LATITUDE, LONGITUDE = "Зардолузор", "+992007771234", 38.559772, 68.787038

MERCATOR = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
HIDDEN_IN = {
    "plain": f"ул. {STREET}, 17".encode(),
    "capitals": STREET.upper().encode(),
    "folded": skeleton(STREET).encode(),
    "Latin": b"17 Zardoluzor Street",
    "Latin with zh and kh": transliterate("Зардолухор", "BGN").encode(),
    "URL": f"/find?q={quote(STREET)}".encode(),
    "JSON": json.dumps({"street": STREET}).encode(),
    "UTF-16": STREET.encode("utf-16-le"),
    "windows-1251": STREET.encode("cp1251"),
    "entities": STREET.encode("ascii", errors="xmlcharrefreplace"),
    "hex": STREET.encode().hex().upper().encode(),
    "base64": base64.b64encode(f"to {STREET} by night".encode()),
    "base64, one further": base64.b64encode(f"to  {STREET} by night".encode()),
    "base64, two further": base64.b64encode(f"to   {STREET} by night".encode()),
    "a phone": b"tel:+992007771234",
    "a phone in groups": b"(+992) 00 777 12 34",
    "a phone with hyphens": b"777-12-34",
    "decimals": b"POINT (68.787 38.560)",
    "six decimals": b"68.787038",
    "a comma": b"38,5598",
    "metres": f"x={MERCATOR.transform(LONGITUDE, LATITUDE)[1]:.2f}".encode(),
    "double": struct.pack("<d", LATITUDE),
    "double of SQLite": struct.pack(">d", LATITUDE),
    "well-known binary": wkb(LATITUDE, LONGITUDE),
    "an R*Tree": struct.pack(">f", LONGITUDE),
    "degrees": "38°33′35″N".encode(),
    "geohash": b"loc=" + geohash(LATITUDE, LONGITUDE, 9).encode(),
}
SECRETS = {
    "street": STREET,
    "other street": "Зардолухор",
    "phone": PHONE,
    "latitude": LATITUDE,
    "longitude": LONGITUDE,
    "geohash": geohash(LATITUDE, LONGITUDE),
}


@pytest.mark.parametrize("form", HIDDEN_IN)
def test_a_secret_is_found_in_every_form(form: str, tmp_path: Path) -> None:
    (tmp_path / "page.bin").write_bytes(b"<p>before</p>" + HIDDEN_IN[form] + b"after")
    assert find_canaries([tmp_path], SECRETS)


def test_a_secret_is_found_in_archives_and_in_names(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "list.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<si>{STREET}</si>")
    (tmp_path / "list.json.gz").write_bytes(gzip.compress(f"street {STREET} ".encode() * 50))
    (tmp_path / "zardoluzor.html").write_text("nothing")
    found = {canary.file for canary in find_canaries([tmp_path], {"street": STREET})}
    assert found == {"list.xlsx!xl/sharedStrings.xml", "list.json.gz!", "the name of zardoluzor.html"}


def test_a_word_is_found_in_a_full_text_table_that_keeps_it_in_pieces(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "view.db")
    connection.execute("CREATE VIRTUAL TABLE search USING fts5(words, content='')")
    for number, word in enumerate(("zarda", "zardolu", "zardoluzor", "zardoluzorak")):
        connection.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (number, word))
    connection.execute("INSERT INTO search (search) VALUES ('optimize')")
    connection.commit()
    connection.close()
    assert ("view.db!words", "street") in {(c.file, c.secret) for c in find_canaries([tmp_path], {"street": STREET})}


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f"кӯчаи Зардолу, 17; {LATITUDE + 0.002:.6f}, {LONGITUDE - 0.002:.6f}; 77712345")
    assert find_canaries([tmp_path], SECRETS) == []


def test_every_form_is_long_enough_to_mean_something() -> None:
    for secret in SECRETS.values():
        for form, pattern in encodings(secret).items():
            assert len(pattern) >= 4, form


def test_the_geohash_is_the_known_one() -> None:
    assert geohash(57.64911, 10.40744, 11) == "u4pruydqqvj"  # the example of the geohash's inventor
