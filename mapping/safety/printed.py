"""Counts that the cited source itself prints: nothing is kept back by hiding them again, so they are told as they are.

Whole tables only: of one year, measure and unit of count. Where a single count of a table is not printed, or its source
is not named with an address, all of that table is suppressed as always, since what is printed could give it away.
"""

from collections.abc import Callable, Sequence

from mapping.safety.suppression import Earlier, ParentUnit, Row, suppress, table_of


def tell_counts(
    rows: Sequence[Row],
    *,
    least: int,
    parent_unit: ParentUnit = lambda _: None,
    before: Callable[[Row], Earlier] = lambda _: None,
) -> list[Row]:
    """Return rows of case counts in their order, without the counts that must not be told (`suppress`)."""
    tables: dict[tuple[object, ...], bool] = {}
    for row in rows:
        tables[table_of(row)] = tables.get(table_of(row), True) and bool(row["printed"] and row["source_url"])
    own = [row for row in rows if not tables[table_of(row)]]
    counts = iter(suppress(own, least=least, parent_unit=parent_unit, before=before))
    return [row if tables[table_of(row)] else next(counts) for row in rows]
