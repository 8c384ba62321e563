"""The San Francisco set: 205 tracts, 16 stores, distances along streets; not part of the repository."""

import csv

import numpy as np
import pytest

from mapping.engines.pairs import Pairs

NAME = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"


def load(shared):
    """Return distances (stores, tracts) and people of the tracts; skip without the file."""
    path = shared / "standards" / "access" / NAME
    if not path.exists():
        pytest.skip("needs the San Francisco set")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    stores = {name: n for n, name in enumerate(dict.fromkeys(row["name"] for row in rows))}
    tracts = {name: n for n, name in enumerate(dict.fromkeys(row["DestinationName"] for row in rows))}
    far, people = np.full((len(stores), len(tracts)), np.inf), np.zeros(len(tracts))
    for row in rows:
        store, tract = stores[row["name"]], tracts[row["DestinationName"]]
        far[store, tract], people[tract] = float(row["distance"]), float(row["demand"])
    return far, people


def within(far, limit):
    """Return the pairs within a limit."""
    store, tract = np.nonzero(far <= limit)
    return Pairs.of(tract, store, far[store, tract], shape=far.shape[::-1])
