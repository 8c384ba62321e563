"""Whether it is enough and fits together: norms, standards, pathways, case figures."""
