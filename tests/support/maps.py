"""Approvals of column maps, for tests that are about something else."""


class EveryMap(set[str]):
    """Digests of approved maps among which every map is found: ``Known(maps=EveryMap())``."""

    def __contains__(self, digest: object) -> bool:
        return isinstance(digest, str)
