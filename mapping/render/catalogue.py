"""The catalogue of the open data for data portals: DCAT 3 in JSON-LD, with what DCAT-AP 3 asks for.

Addresses are relative to the catalogue, which stands beside the files. The edition alone tells it: the same edition
gives the same bytes. Languages are named as https://www.w3.org/TR/vocab-dcat-3/ recommends, country and theme by the
lists that https://semiceu.github.io/DCAT-AP/releases/3.0.0/ asks for.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mapping.area.study_area import StudyArea
from mapping.language.i18n import Message, Text, show

API = "../api/index.json"

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Written out, so that whoever reads the catalogue need not ask elsewhere."""

AUTHORITY = "http://publications.europa.eu/resource/authority"

Node = dict[str, Any]


@dataclass(frozen=True)
class Distribution:
    """A file of open data: its size in bytes, its SHA-256 in hexadecimal digits, and the languages that it is in."""

    name: str
    label: Text
    media_type: str
    size: int
    checksum: str
    languages: tuple[str, ...]


def catalogue(
    area: StudyArea,
    edition: dt.date,
    files: Sequence[Distribution],
    *,
    licences: Sequence[str] = (),
    notice: Message | None = None,
) -> str:
    """Return the catalogue of an edition.

    ``licences`` are those that entries bring with them from their sources; ``notice`` says that it is invented or a
    trial.
    """
    description = [Message("Everything public in this directory, to use and to pass on.")]
    if notice:
        description.append(notice)
    name = Message("Rohnamo")
    title = {code: f"{name.into(code)}, {show(area.name, code)}" for code in area.languages}
    day = {"@type": "xsd:date", "@value": edition.isoformat()}
    licence = {"@id": area.settings.licence.url}
    about: Node = {
        "dct:title": _texts(title),
        "dct:description": _said(description, area.languages),
        "dct:publisher": {
            "@id": "#publisher",
            "@type": "foaf:Agent",
            "foaf:name": area.settings.publisher or _texts(title),
        },
        "dct:issued": day,
        "dct:modified": day,
        "dct:language": _languages(area.languages),
        "dct:spatial": {"@id": f"{AUTHORITY}/country/{area.code3}", "@type": "dct:Location"},
        "dct:license": licence,
    }
    if licences:
        about["dct:rights"] = {"@type": "dct:RightsStatement", "rdfs:label": list(licences)}
    dataset: Node = {"@id": "#dataset", "@type": "dcat:Dataset", **about}
    dataset["dcat:theme"] = {"@id": f"{AUTHORITY}/data-theme/SOCI"}
    dataset["dcat:distribution"] = [_distribution(file, licence, area.languages) for file in files]
    service: Node = {
        "@id": "#api",
        "@type": "dcat:DataService",
        "dct:title": _said([Message("API (Open Referral HSDS 3.1)")], area.languages),
        "dct:license": licence,
        "dcat:endpointURL": {"@id": API},
        "dcat:servesDataset": {"@id": "#dataset"},
    }
    whole: Node = {"@context": CONTEXT, "@id": "#catalogue", "@type": "dcat:Catalog", **about}
    whole |= {"dcat:dataset": [dataset], "dcat:service": [service]}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _distribution(file: Distribution, licence: Node, languages: Sequence[str]) -> Node:
    return {
        "@id": f"#{file.name}",
        "@type": "dcat:Distribution",
        "dct:title": _said([file.label], languages),
        "dct:language": _languages(file.languages),
        "dct:license": licence,
        "dcat:accessURL": {"@id": file.name},
        "dcat:downloadURL": {"@id": file.name},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{file.media_type}"},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.size)},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.checksum},
        },
    }


def _said(texts: Sequence[Text], languages: Sequence[str]) -> list[Node]:
    return _texts({code: " ".join(show(text, code) for text in texts) for code in languages})


def _texts(texts: dict[str, str]) -> list[Node]:
    return [{"@language": code, "@value": text} for code, text in texts.items()]


def _languages(codes: Sequence[str]) -> list[Node]:
    """Return languages by the addresses of their ISO 639 codes, of two letters or of three."""
    return [{"@id": f"http://id.loc.gov/vocabulary/iso639-{1 if len(code) == 2 else 2}/{code}"} for code in codes]
