"""Read the p-median cases of the OR-Library (J. E. Beasley), where somebody has put them: none are kept here.

The files are ``pmed1.txt`` to ``pmed40.txt`` in the folder that ``ROHNAMO_OR_LIBRARY`` names, else in
``../shared/standards/or-library``. The first line of a file has the nodes, the edges and p; each other line an edge:
two nodes, numbered from 1, and its cost. Of edges that stand there twice the last counts.
"""

import os
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import floyd_warshall

FOLDER = Path(os.environ.get("ROHNAMO_OR_LIBRARY", Path(__file__).parents[3] / "shared/standards/or-library"))

MEDIANS = {1: 5819, 2: 4093, 3: 4250, 4: 3034, 5: 1355, 6: 7824, 7: 5631, 8: 4445, 9: 2734, 10: 1255, 11: 7696}
"""Case -> the least sum of ways, as published."""

CENTERS = {1: 127, 2: 98, 3: 93, 4: 74, 5: 48, 6: 84, 7: 64, 8: 55, 9: 37, 10: 20, 11: 59, 12: 51, 13: 36}
"""Case -> the shortest longest way, as published."""


def read_case(path):
    """Return the costs between all nodes, shape (nodes, nodes), and p."""
    numbers = [[int(word) for word in line.split()] for line in path.read_text().splitlines() if line.strip()]
    (nodes, _, p), edges = numbers[0], numbers[1:]
    cost = {tuple(sorted((a - 1, b - 1))): c for a, b, c in edges}
    a, b = np.array(list(cost)).T
    graph = csr_array((np.array(list(cost.values()), float), (a, b)), shape=(nodes, nodes))
    return floyd_warshall(graph, directed=False), p
