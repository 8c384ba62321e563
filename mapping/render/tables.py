"""Tables of results as HTML, the twin of every picture."""

import html

from mapping.area.study_area import StudyArea
from mapping.language.i18n import show
from mapping.language.spreadsheet import neutral
from mapping.result import Result

__all__ = ["neutral", "table_html"]


def table_html(result: Result, area: StudyArea, language: str) -> str:
    """Return a result's short table; each heading is repeated in its cells for narrow screens."""
    columns = result.headlines
    labels = [show(column.label, language) for column in columns]
    head = "".join(f'<th scope="col" class="n">{html.escape(label)}</th>' for label in labels)
    lines = []
    for code in map(str, result.table.index):
        cells = "".join(
            f'<td class="n" data-l="{html.escape(label)}">{html.escape(result.text(code, column.key, language))}</td>'
            for column, label in zip(columns, labels, strict=True)
        )
        lines.append(f'<tr><th scope="row">{html.escape(area.label(code, language))}</th>{cells}</tr>')
    first, title = html.escape(area.level_name(result.level, language)), html.escape(result.title.into(language))
    return (
        f'<div class="scroll" role="region" aria-label="{title}" tabindex="0"><table class="stack">'
        f'<caption>{title}</caption><thead><tr><th scope="col">{first}</th>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )
