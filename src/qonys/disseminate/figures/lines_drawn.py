"""Lines as the marks of a picture, and as a part of the page that is right at every width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from qonys.disseminate.figures.canvas import INNER, Body, dot, n, polyline, shape, straight, text
from qonys.disseminate.figures.colours import ACCENT, ARRIVALS, DEPARTURES, LINE, QUIET, SOFT, STRONG_LINE
from qonys.disseminate.figures.lines import Lines, Run, label_lines, shown_labels, spread
from qonys.disseminate.figures.text_width import text_width
from qonys.disseminate.numbers import number

_TALL, _TOP, _BELOW = 300.0, 12.0, 24.0
_LABEL, _AXIS = 12.5, 11.5
_WIDEST_LABEL = 128.0
_LINE = 1.25
_STRETCHED = 1000
_NEAR_THE_END = 0.8
_FAINT = 0.75
"""Width of a line that is drawn for comparison."""
_WIDE, _NARROW = 500, 150
"""Pixels that the periods have at least on a wide and on a narrow screen."""


def lines_body(lines: Lines, language: str) -> Body:
    """The lines as marks of a picture."""
    return _Drawing(lines, language).body()


class _Drawing:
    def __init__(self, lines: Lines, language: str) -> None:
        self.lines = lines
        self.marks = [number(mark, language, lines.scale.decimals) for mark in lines.scale.marks]
        self.left = max(text_width(mark, _AXIS) for mark in self.marks) + 10
        self.labels = [label_lines(run, _WIDEST_LABEL, _LABEL) for run in lines.named]
        widest = max(text_width(line, _LABEL, 600) for label in self.labels for line in label)
        self.span = INNER - self.left - widest - 14

    def body(self) -> Body:
        parts = [*self._axes(), *self._bands()]
        for run in self.lines.runs:
            parts += self._run(run)
        parts += self._labels()
        return Body(tuple(parts), _TOP + _TALL + _BELOW)

    def place(self, at: tuple[float, float]) -> tuple[float, float]:
        return self.left + at[0] * self.span, _TOP + at[1] * _TALL

    def _axes(self) -> Iterator[str]:
        scale = self.lines.scale
        for mark, words in zip(scale.marks, self.marks, strict=True):
            y = _TOP + (1 - scale.share(mark)) * _TALL
            yield straight((self.left, y), (self.left + self.span, y), STRONG_LINE if mark == 0 else LINE)
            yield text(self.left - 8, y + _AXIS * 0.36, words, size=_AXIS, fill=SOFT, anchor="end")
        for share, words in shown_labels(self.lines.plotted.heads, self.lines.across, self.span, _AXIS):
            yield text(self.left + share * self.span, _TOP + _TALL + 18, words, size=_AXIS, fill=SOFT, anchor="middle")
        for share, point in self.lines.breaks:
            x = self.left + share * self.span
            yield straight((x, _TOP), (x, _TOP + _TALL), SOFT, dash="3 3")
            yield text(x + 4, _TOP + 9, point.marks, size=_AXIS, fill=SOFT)

    def _bands(self) -> Iterator[str]:
        for outline in self.lines.bands:
            places = "L".join(f"{n(x)} {n(y)}" for x, y in map(self.place, outline))
            yield shape(f"M{places}Z", ACCENT, about="band", more=' fill-opacity="0.16"')

    def _run(self, run: Run) -> Iterator[str]:
        for index, segment in enumerate(run.segments):
            places = [self.place(at) for at in segment]
            if len(places) > 1 and run.mark != "dots":
                wide = _FAINT if run.mark == "faint" else 2.5 if run.stands_out else 1.75
                yield polyline(places, run.colour, wide, about=f"{run.series.code} {index}")
        for point, at in run.known:
            if run.dotted:
                size = 3 if run.stands_out else 2.25
                yield dot(self.place(at), size, run.colour, about=f"{run.series.code} {point.code}")
            if point.marks:
                x, y = self.place(at)
                yield text(x, y - 6, point.marks, size=10, fill=SOFT, anchor="middle")

    def _labels(self) -> Iterator[str]:
        step = _LABEL * _LINE
        wanted = [self.place(run.last[1])[1] for run in self.lines.named]
        sizes = [len(label) * step + 4 for label in self.labels]
        centres = spread(wanted, sizes, 0, _TOP + _TALL + _BELOW)
        for run, label, centre in zip(self.lines.named, self.labels, centres, strict=True):
            top = centre - len(label) * step / 2
            fill = _READABLE.get(run.colour, run.colour)
            for index, line in enumerate(label):
                weight = 600 if run.stands_out else 400
                y = top + (index + 0.78) * step
                yield text(self.left + self.span + 12, y, line, size=_LABEL, weight=weight, fill=fill)


_READABLE = {
    DEPARTURES: "#b34700", QUIET: SOFT, "#e69f00": "#8a5f00", "#009e73": "#00704f", "#cc79a7": "#9c4477",
    "#56b4e9": "#1f6f9f", "#f0e442": "#6f6900",
}  # fmt: skip
"""The same hue, dark enough for letters on white."""
_KIND = {"#e69f00": "p1", "#009e73": "p2", "#cc79a7": "p3", "#56b4e9": "p4", "#f0e442": "p6"} | {
    ARRIVALS: "in", DEPARTURES: "out", ACCENT: "one", QUIET: "quiet",
}  # fmt: skip


def lines_html(lines: Lines, language: str) -> Markup:
    """The lines for the page: an SVG without words that is stretched to any width, and words in HTML around it."""
    scale = lines.scale
    marks = Markup("").join(
        Markup('<span style="top:{:.1f}%">{}</span>').format(
            100 * (1 - scale.share(mark)), number(mark, language, scale.decimals)
        )
        for mark in scale.marks
    )
    grid = Markup("").join(
        Markup('<path class="{}" d="M0 {y}H1000"/>').format(
            "zero" if mark == 0 else "grid", y=_thousandths(1 - scale.share(mark))
        )
        for mark in scale.marks
    )
    breaks = Markup("").join(
        Markup('<path class="break" d="M{} 0V1000"/>').format(_thousandths(share)) for share, _ in lines.breaks
    )
    return Markup(
        '<div class="lines" aria-hidden="true"><div class="y">{}</div><div class="plot">'
        '<svg viewBox="0 0 1000 1000" preserveAspectRatio="none">{}{}{}{}</svg>{}{}</div>'
        '<div class="x">{}</div><div class="ends">{}</div></div>'
    ).format(
        marks, grid, _bands(lines), breaks, _paths(lines), _dots(lines), _breaks(lines), _periods(lines), _ends(lines)
    )


def _bands(lines: Lines) -> Markup:
    return Markup("").join(Markup('<path class="band" d="M{}Z"/>').format(_through(part)) for part in lines.bands)


def _paths(lines: Lines) -> Markup:
    return Markup("").join(
        Markup('<path class="{}" d="M{}"/>').format(_class(run), _through(segment))
        for run in lines.runs
        if run.mark != "dots"
        for segment in run.segments
    )


def _class(run: Run) -> str:
    return f"{_KIND.get(run.colour, 'one')}{' faint' if run.mark == 'faint' else ''}"


def _through(places: Sequence[tuple[float, float]]) -> str:
    return "L".join(f"{_thousandths(x)} {_thousandths(y)}" for x, y in places)


def _dots(lines: Lines) -> Markup:
    """The last point of each line, and those without a line: an SVG that is stretched has no circles."""
    spots = [(run, run.last[1]) for run in lines.named]
    spots += [(run, part[0]) for run in lines.runs for part in run.segments if len(part) == 1]
    spots += [(run, at) for run in lines.runs if run.mark == "dots" for _, at in run.known]
    return Markup("").join(
        Markup('<i class="{}" style="left:{:.1f}%;top:{:.1f}%"></i>').format(
            _KIND.get(run.colour, "one"), 100 * x, 100 * y
        )
        for run, (x, y) in {(run.series.code, at): (run, at) for run, at in spots}.values()
    )


def _periods(lines: Lines) -> Markup:
    """The labels of periods that fit a wide screen; every so many of them, counted from the last, on a narrow one too."""
    labels = list(shown_labels(lines.plotted.heads, lines.across, _WIDE, _AXIS))
    room = max(1, int(_NARROW // (max(text_width(words, _AXIS) for _, words in labels) + 14)))
    every = -(-len(labels) // room)
    return Markup("").join(
        Markup('<span{} style="left:{:.1f}%">{}</span>').format(
            Markup(' class="wide"') if (len(labels) - 1 - index) % every else Markup(), 100 * share, words
        )
        for index, (share, words) in enumerate(labels)
    )


def _breaks(lines: Lines) -> Markup:
    return Markup("").join(
        Markup('<em{} style="left:{:.1f}%">{}</em>').format(
            Markup(' class="left"') if share > _NEAR_THE_END else Markup(), 100 * share, point.marks
        )
        for share, point in lines.breaks
    )


def _ends(lines: Lines) -> Markup:
    """The names of the lines with their last numbers; far enough from each other for three lines of words."""
    runs = lines.named
    centres = spread([100 * run.last[1][1] for run in runs], [24.0] * len(runs), -6, 112)
    return Markup("").join(
        Markup('<span class="{}" style="top:{:.1f}%">{} <b>{}</b></span>').format(
            _KIND.get(run.colour, "one"), centre, run.series.label, run.last[0].said
        )
        for run, centre in zip(runs, centres, strict=True)
    )


def _thousandths(share: float) -> str:
    return f"{share * _STRETCHED:.0f}"
