"""Fetch what a study area is built from: public files from their homes, resumed, with sums, licences and days.

Only `rohnamo area fetch` calls this; nothing else of the product asks a third party for anything.
"""

import csv
import datetime as dt
import hashlib
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import rasterio
import requests
from babel import Locale
from babel.languages import get_official_languages
from rasterio.enums import Resampling
from rasterio.merge import merge

from mapping.area.build import BuildPlan, build, iso_codes
from mapping.errors import InvalidRecord

SOURCES = Path(__file__).with_name("sources.csv")
NEEDED = ("units", "people")
TIMEOUT = 60
TRIES = 4
CHUNK = 1 << 14
LIST = "sources.csv"
"""What lies in a folder of downloads: the file, where it is from, its sum, licence and days."""
NAMES = ("shapeName", "ADM2_EN", "ADM2_NAME", "adm2_name", "adm2_name1", "ADM1_EN", "adm1_name", "name")
REGIONS = ("ADM1_EN", "ADM1_NAME", "adm1_name", "region")
DEM_SIDE = 1 / 120
"""Degrees of a cell of the elevation that tiles are merged to."""

METRES = "EPSG:6933"

Say = Callable[[str], Any]


class PublicFile(NamedTuple):
    """A public file of a country: where it is and how that answers; once it is here its name, sum, licence and days."""

    part: str
    title: str
    address: str
    answer: str
    name: str
    pattern: str
    licence: str
    year: str
    page: str
    covers: str
    sha256: str = ""
    fetched_on: str = ""

    def at(self, path: Path, day: str = "") -> "PublicFile":
        """Return the file as it lies on a disk, fetched on a day."""
        return self._replace(name=path.name, sha256=sha256(path), fetched_on=day)

    @property
    def credit(self) -> tuple[tuple[str, ...], str]:
        """What must stand with the parts of a study area that are made of it."""
        days = (f"as of {self.year}" if self.year else "", f"fetched {self.fetched_on}" if self.fetched_on else "")
        return tuple(self.covers.split()), f"{self.title} ({'; '.join(filter(None, (self.licence, *days)))})"


def homes(code: str) -> dict[str, PublicFile]:
    """Return the public files of a country by what they are."""
    code3 = iso_codes()[code]
    words = {"CODE3": code3, "code3": code3.lower(), "code": code.lower()}
    with SOURCES.open(encoding="utf-8", newline="") as file:
        rows = [PublicFile(**row) for row in csv.DictReader(file)]
    return {row.part: row._replace(**{k: _filled(getattr(row, k), words) for k in ("address", "name")}) for row in rows}


def _filled(text: str, words: Mapping[str, object]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: str(words.get(found[1], found[0])), text)


def fetch(
    code: str,
    out: Path,
    *,
    downloads: Path,
    given: Path | None = None,
    name: str = "",
    languages: str = "",
    timezone: str | None = None,
    without: Collection[str] = (),
    today: dt.date,
    say: Say,
) -> list[str]:
    """Fetch what is not there yet, or take the files of the folder ``given``, and build a country's folder of them.

    Raises
    ------
    InvalidRecord
        The country is unknown, a file that is needed cannot be had (the text says where to get it by hand), or what
        was fetched does not make a study area.
    """
    if code not in iso_codes():
        raise InvalidRecord(f"{code!r} is no ISO 3166 code of two letters: write it as MW")
    wanted = {part: home for part, home in homes(code).items() if part not in without}
    folder = given or downloads
    if given is None:
        folder.mkdir(parents=True, exist_ok=True)
        sources = _Fetching(code, folder, wanted, today, say).all()
    else:
        sources = _found(folder, wanted)
    missing = [part for part in NEEDED if part not in sources and not (part == "units" and "regions" in sources)]
    if missing:
        raise InvalidRecord(by_hand(code, [wanted[part] for part in missing if part in wanted], folder))
    spoken = languages or ",".join(code for code in get_official_languages(code, de_facto=True) if len(code) <= 3)
    main = spoken.partition(",")[0] or "en"
    units, unit_name, region_name = _units(folder, sources)
    paths = {part: folder / source.name for part, source in sources.items()}
    plan = BuildPlan(
        code=code,
        name=name or str(Locale.parse(main).territories.get(code, code)),
        languages=tuple(language.strip() for language in (spoken or "en").split(",")),
        units=units,
        unit_name=unit_name,
        region_name=region_name,
        population=paths["people"],
        population_date=dt.date(int(year), 1, 1) if (year := sources["people"].year[:4]).isdigit() else None,
        friction=paths.get("friction"),
        dem=paths.get("dem"),
        roads=paths.get("roads"),
        places=paths.get("roads"),
        timezone=timezone,
        credits=tuple(dict.fromkeys(source.credit for source in sources.values())),
        notes={part: f"{s.name}, {s.address or 'given'}, SHA-256 {s.sha256}" for part, s in sources.items()},
    )
    return build(out, plan)


def by_hand(code: str, needed: Collection[PublicFile], folder: Path) -> str:
    """Say what to download from where, and how to go on."""
    first = "what follows could not be had from here; download it by hand into one folder:"
    lines = (f"{home.part}: {home.title}, {home.page} ({home.address}): save it as {home.name}" for home in needed)
    return "\n".join([first, *lines, f"then: rohnamo area fetch {code} --from {folder}"])


def _found(folder: Path, wanted: Mapping[str, PublicFile]) -> dict[str, PublicFile]:
    known, sources = _listed(folder), {}
    files = sorted(path for path in folder.iterdir() if path.is_file())
    for part, home in wanted.items():
        named = [path for path in files if part in known and path.name == known[part].name]
        patterns = [home.name, *home.pattern.split()]
        path = next((p for pattern in patterns for p in files if fnmatch(p.name.lower(), pattern.lower())), None)
        if path := next(iter(named), path):
            source = known[part] if named else home._replace(address="").at(path)
            if source.sha256 != sha256(path):
                raise InvalidRecord(f"{path}: is not the file whose SHA-256 {LIST} holds; download it anew")
            sources[part] = source
    return sources


def _listed(folder: Path) -> dict[str, PublicFile]:
    if not (folder / LIST).is_file():
        return {}
    with (folder / LIST).open(encoding="utf-8", newline="") as file:
        return {row["part"]: PublicFile(**row) for row in csv.DictReader(file)}


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Fetching:
    def __init__(self, code: str, folder: Path, wanted: Mapping[str, PublicFile], today: dt.date, say: Say) -> None:
        self.code, self.folder, self.wanted, self.today, self.say = code, folder, wanted, today, say
        self.sources = _listed(folder)

    def all(self) -> dict[str, PublicFile]:
        """Return what there is, the outlines first: others are asked for within their bounds."""
        for part, home in self.wanted.items():
            path, known = self.folder / home.name, self.sources.get(part)
            if known is not None and path.is_file() and known.sha256 == sha256(path):
                self.say(f"{part}: {path.name} is there, its SHA-256 is that of {known.fetched_on}")
                continue
            self.sources.pop(part, None)
            try:
                self._keep(self._fetch(home, path), path)
            except requests.ConnectionError as error:
                left = [home for part, home in self.wanted.items() if part not in self.sources]
                told = by_hand(self.code, left, self.folder)
                raise InvalidRecord(f"{home.address}: cannot be reached; {told}") from error
            except (requests.RequestException, LookupError, ValueError) as error:
                self.say(f"{part}: not to be had ({error}); {home.page} may have it: save it as {path}")
        return {part: source for part, source in self.sources.items() if part in self.wanted}

    def _keep(self, home: PublicFile, path: Path) -> None:
        self.sources[home.part] = home.at(path, self.today.isoformat())
        with (self.folder / LIST).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([PublicFile._fields, *self.sources.values()])
        self.say(f"{home.part}: {path.name}, {path.stat().st_size / 1e6:,.1f} MB, {home.title} ({home.licence})")

    def _fetch(self, home: PublicFile, path: Path) -> PublicFile:
        if home.answer == "geoboundaries":
            said = _json(home.address)
            home = home._replace(
                address=said["gjDownloadURL"],
                licence=said["boundaryLicense"],
                year=str(said["boundaryYearRepresented"]),
                title=f"{home.title}, from {said['boundarySource']}",
            )
        elif home.answer == "geofabrik":
            home = home._replace(address=_extract(_json(home.address), self.code), year=f"{self.today}")
        elif home.answer == "tiles":
            _merged([*self._tiles(home)], path)
            return home
        words = (
            dict(zip(("west", "south", "east", "north"), self._bounds(), strict=True)) if "{w" in home.address else {}
        )
        home = home._replace(address=_filled(home.address, words))
        download(home.address, path)
        return home

    def _bounds(self) -> tuple[float, ...]:
        units = next((self.sources[part].name for part in ("units", "regions") if part in self.sources), None)
        if units is None:
            raise LookupError("the outlines are not there yet")
        west, south, east, north = gpd.read_file(self.folder / units).total_bounds
        return (round(west - 0.1, 2), round(south - 0.1, 2), round(east + 0.1, 2), round(north + 0.1, 2))

    def _tiles(self, home: PublicFile) -> Iterator[Path]:
        """Fetch the tiles of a degree that the country lies in; the sea has none."""
        west, south, east, north = map(math.floor, self._bounds())
        for lat in range(int(south), int(north) + 1):
            for lon in range(int(west), int(east) + 1):
                at = f"{'N' if lat >= 0 else 'S'}{abs(lat):02}_00_{'E' if lon >= 0 else 'W'}{abs(lon):03}_00"
                tile = f"Copernicus_DSM_COG_30_{at}_DEM"
                path = self.folder / f"{tile}.tif"
                if not path.is_file():
                    try:
                        download(_filled(home.address, {"tile": tile}), path)
                    except requests.HTTPError as error:
                        if getattr(error.response, "status_code", 0) != 404:
                            raise
                        continue
                yield path


def _json(address: str) -> Any:
    answer = requests.get(address, timeout=TIMEOUT)
    answer.raise_for_status()
    return answer.json()


def _extract(index: Any, code: str) -> str:
    found = [each["properties"] for each in index["features"]]
    found = [each for each in found if code in each.get("iso3166-1:alpha2", ()) and "pbf" in each["urls"]]
    if not found:
        raise LookupError(f"no extract names {code}")
    return str(min(found, key=lambda each: len(each["iso3166-1:alpha2"]))["urls"]["pbf"])


def download(address: str, path: Path) -> None:
    """Fetch a file whole, going on where an earlier try was cut off; until then it is called ``.part``.

    Raises
    ------
    requests.RequestException
        It cannot be had, or was cut off again and again.
    """
    for left in reversed(range(TRIES)):
        try:
            _download(address, path)
            return
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError, requests.Timeout):
            if not left or not path.with_name(f"{path.name}.part").is_file():
                raise


def _download(address: str, path: Path) -> None:
    part, mark = path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.part.tag")
    there = part.stat().st_size if part.is_file() else 0
    tag = mark.read_text(encoding="utf-8") if mark.is_file() else ""
    headers = {"Accept-Encoding": "identity"}  # the sizes of packed answers are not those of the file
    if there and tag:
        headers |= {"Range": f"bytes={there}-", "If-Range": tag}
    with requests.get(address, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        if answer.status_code == requests.codes.requested_range_not_satisfiable:
            part.unlink()
            raise requests.ConnectionError(f"{address}: changed meanwhile")
        answer.raise_for_status()
        goes_on = answer.status_code == requests.codes.partial_content
        tag = answer.headers.get("ETag", "")
        mark.write_text(answer.headers.get("Last-Modified", "") if tag.startswith("W/") else tag, encoding="utf-8")
        size = int(answer.headers.get("Content-Length", 0)) + (there if goes_on else 0)
        with part.open("ab" if goes_on else "wb") as file:
            for chunk in answer.iter_content(CHUNK):
                file.write(chunk)
    if "Content-Length" in answer.headers and part.stat().st_size != size:
        raise requests.ConnectionError(f"{address}: was cut off")
    part.replace(path)
    mark.unlink()


def _merged(tiles: Collection[Path], path: Path) -> None:
    if not tiles:
        raise LookupError("no tile of it lies in the country")
    values, transform = merge(
        [*tiles], res=(DEM_SIDE, DEM_SIDE), resampling=Resampling.average, nodata=-32768, dtype="float32"
    )
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "crs": "EPSG:4326", "nodata": -32768}
    shape = {"height": values.shape[1], "width": values.shape[2]}
    with rasterio.open(path, "w", transform=transform, compress="deflate", **profile, **shape) as target:
        target.write(values)


def _units(folder: Path, sources: Mapping[str, PublicFile]) -> tuple[Path, str, str | None]:
    path = folder / sources["units" if "units" in sources else "regions"].name
    frame = gpd.read_file(path)
    name = next((column for column in NAMES if column in frame), "name")
    region = next((column for column in REGIONS if column in frame and column != name), None)
    if region or not {"units", "regions"} <= sources.keys():
        return path, name, region
    above = gpd.read_file(folder / sources["regions"].name).to_crs(METRES)
    title = next((column for column in NAMES if column in above), "name")
    inside = gpd.GeoDataFrame(geometry=frame.to_crs(METRES).representative_point())
    nearest = gpd.sjoin_nearest(inside, above[[title, "geometry"]].rename(columns={title: "region"}))
    joined = frame.assign(region=nearest[~nearest.index.duplicated()]["region"])
    path = folder / "units-with-regions.gpkg"
    joined.to_file(path)
    return path, name, "region"
