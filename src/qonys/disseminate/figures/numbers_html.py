"""The numbers of a figure as a small table below it, for keyboards, screen readers and whoever wants them."""

from __future__ import annotations

from markupsafe import Markup

from qonys.disseminate.figures.plotted import Plotted


def numbers_html(plotted: Plotted, corner: str, summary: str, region: str) -> Markup:
    """A table that opens on demand: one row a member, one column a series."""
    heads = Markup("").join(Markup('<th scope="col">{}</th>').format(series.label) for series in plotted.series)
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            point.label, Markup("").join(Markup("<td>{}</td>").format(s.points[index].said) for s in plotted.series)
        )
        for index, point in enumerate(plotted.heads)
    )
    return Markup(
        '<details><summary>{}</summary><div class="scroll" role="region" tabindex="0" aria-label="{}">'
        '<table class="plain"><thead><tr><th scope="col">{}</th>{}</tr></thead><tbody>{}</tbody></table></div></details>'
    ).format(summary, region, corner, heads, rows)
