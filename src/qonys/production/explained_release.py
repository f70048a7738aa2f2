"""A release as it was built: its files, the versions that its record pins, and where a cell is to be found in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from qonys.concepts.period import Period
from qonys.concepts.text import TOTAL
from qonys.datasets.output import ReleaseFacts
from qonys.disseminate.files import file_name
from qonys.errors import OperatorError, StatisticianError, told_if_damaged
from qonys.production.built_releases import built_release
from qonys.production.office import Office
from qonys.published.bundles import RELEASE_FILE, PublishedFolder, ReleaseFile
from qonys.published.sources import FolderSource, release_in
from qonys.store.release_record import ReleaseRecord

_PERIOD_NAMES = ("year", "month")
_FEW = 12
Observation = dict[str, Any]


@dataclass(frozen=True)
class PublishedTable:
    """A table as its JSON file in one language says it."""

    content: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.content["id"])

    @cached_property
    def labels(self) -> dict[str, dict[str, str]]:
        """Dimension -> code -> its name."""
        return {d["id"]: {m["code"]: m["label"] for m in d["members"]} for d in self.content["dimensions"]}

    @cached_property
    def observations(self) -> dict[tuple[str, ...], Observation]:
        """The cells by their codes, in the order of the dimensions."""
        return {tuple(o[name] for name in self.labels): o for o in self.content["observations"]}

    def located(self, measure: str, wanted: Mapping[str, str], period: Period) -> dict[str, str]:
        """The code of every dimension of a cell; what is not named stands at its total, the period at that of the release.

        Raises:
            StatisticianError: an unknown measure, dimension or code; or a code is missing and there is no total.
        """
        told = {("period" if name in _PERIOD_NAMES else name): code for name, code in wanted.items()}
        for name in told:
            if name not in self.labels or name == "measure":
                dimensions = [dimension for dimension in self.labels if dimension != "measure"]
                raise _unknown(f"The table {self.id} has no dimension “{name}”.", name, dict.fromkeys(dimensions, ""))
        told["measure"] = measure
        found = {name: self._code(name, told.get(name), period) for name in self.labels}
        if tuple(found.values()) not in self.observations:
            raise StatisticianError(
                f"The table {self.id} has no such cell: {', '.join(f'{n}={c}' for n, c in found.items())}.",
                next_step="It leaves out combinations that cannot be; see its file of the release.",
            )
        return found

    def _code(self, dimension: str, said: str | None, period: Period) -> str:
        labels = self.labels[dimension]
        of_release = next((one for one in map(str, (period.year_so_far, period)) if one in labels), "")
        wanted = said if said is not None else of_release if dimension == "period" else TOTAL
        if wanted in labels:
            return wanted
        named = [code for code, label in labels.items() if label.casefold() == wanted.casefold()]
        if len(named) == 1:
            return named[0]
        if said is None:
            what = f"The table {self.id} has no total over “{dimension}”: say which one is meant."
            raise _unknown(what, "", labels, f"--at {dimension}=…")
        raise _unknown(f"The table {self.id} has no “{said}” in “{dimension}”.", said, labels)


@dataclass(frozen=True)
class BuiltFiles:
    """The files of a release, in the workspace or published."""

    folder: Path

    @cached_property
    def release(self) -> ReleaseFile:
        """What the release says of itself; see `release_in` for errors."""
        return release_in(FolderSource(self.folder))

    @property
    def facts(self) -> ReleaseFacts:
        return self.release.facts

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.release.titles)

    def tables(self) -> tuple[str, ...]:
        """Ids of the tables that the release holds."""
        head, tail = (
            f"files/{self.facts.profile}-{self.facts.period}-",
            f"-{self.languages[0]}-{self.facts.vintage}.csv",
        )
        names = [name for name in self.release.files if name.startswith(head) and name.endswith(tail)]
        ids = [name.removeprefix(head).removesuffix(tail) for name in names]
        return tuple(name for name in ids if self._path(name, self.languages[0], "json").is_file())

    def table(self, name: str, language: str) -> PublishedTable:
        """A table of the release.

        Raises:
            StatisticianError: there is no such table; near ones are named.
            OperatorError: its file cannot be read.
        """
        content = self.content(name, language)
        if content is None:
            titles = dict.fromkeys(self.tables(), "")
            raise _unknown(f"The release {self.facts.period} has no table “{name}”.", name, titles)
        return PublishedTable(content)

    def content(self, name: str, language: str) -> Any:  # noqa: ANN401 a JSON file
        """A JSON file of a table or beside the tables, by the name that stands in its path; None where there is none.

        Raises:
            OperatorError: it cannot be read.
        """
        path = self._path(name, language, "json")
        with told_if_damaged("A file of the release", path, "Build the release again."):
            return msgspec.json.decode(path.read_bytes()) if path.is_file() else None

    def _path(self, name: str, language: str, suffix: str) -> Path:
        return self.folder / file_name(self.facts, name, language, suffix)


def table_and_measure(files: BuiltFiles, figure: str, language: str) -> tuple[PublishedTable, str]:
    """What ``table.measure`` names; ``external`` means the table ``external-by-year``, of a month ``external-by-month``.

    Raises:
        StatisticianError: there is no such table or measure; near ones are named.
    """
    name, _, measure = figure.partition(".")
    of_period = f"{name}-by-{'month' if Period.parse(files.facts.period).is_month else 'year'}"
    if name not in (there := files.tables()) and of_period in there:
        name = of_period
    table = files.table(name, language)
    labels = table.labels["measure"]
    if measure not in labels:
        what = f"The table {name} has no measure “{measure}”." if measure else f"Say which measure of {name} is meant."
        raise _unknown(what, measure, labels, f"{name}.MEASURE")
    return table, measure


def record_of(office: Office, period: Period, vintage: str | None) -> tuple[ReleaseRecord, BuiltFiles]:
    """The record of a release and its files: of a vintage, else of what is published, else of what was built last.

    Raises:
        OperatorError: there is no such release in the workspace, or its record cannot be read.
    """
    folder = office.workspace.releases / str(period)
    records = sorted(folder.glob("*/record.json"), key=lambda path: path.stat().st_mtime_ns)
    if not records:
        raise OperatorError(
            f"No release of {period} was built.", next_step=f"Run `qonys release build {period}` first."
        )
    public = PublishedFolder(office.workspace.published).vintage_with_figures(office.profile.id, str(period))
    built = [path.parent.name for path in records]
    wanted = vintage or (public if public in built else built[-1])
    found = [name for name in built if name.startswith(wanted)]
    if len(found) != 1:
        raise OperatorError(
            f"The release of {period} has {'several vintages' if found else 'no vintage'} “{wanted}”.",
            next_step=f"It has: {', '.join(built)}.",
        )
    release = built_release(office, period, found[0])
    return release.record, BuiltFiles(release.bundle)


def published_files(office: Office, period: Period, vintage: str | None) -> BuiltFiles:
    """The published files of a release.

    Raises:
        OperatorError: it is not published.
    """
    folder = PublishedFolder(office.workspace.published)
    wanted = vintage or folder.vintage_with_figures(office.profile.id, str(period))
    path = folder.folder / office.profile.id / str(period) / (wanted or "")
    if wanted is None or not (path / RELEASE_FILE).is_file():
        raise OperatorError(
            f"No release of {period}{f' of the vintage {vintage}' if vintage else ''} is published.",
            where=str(folder.folder),
            next_step="Publish it first, or ask without --public.",
        )
    return BuiltFiles(path)


def _unknown(what: str, said: str, known: Mapping[str, str], write: str = "") -> StatisticianError:
    """An error that names what is near to what was said."""
    texts = {code.casefold(): code for code in known} | {name.casefold(): code for code, name in known.items() if name}
    near = [texts[text] for text in get_close_matches(said.casefold(), texts, n=3, cutoff=0.5)] if said else []
    near += [code for code in known if said and said.casefold() in code.casefold()]
    hint = f"Did you mean {_listed(dict.fromkeys(near), known)}? " if near else ""
    return StatisticianError(
        what, next_step=f"{f'Write {write}. ' if write else ''}{hint}There are: {_listed(known, known)}."
    )


def _listed(codes: Iterable[str], names: Mapping[str, str]) -> str:
    every = list(codes)
    shown = [f"{code} ({names[code]})" if names[code] else code for code in every[:_FEW]]
    return ", ".join(shown) + (f" and {len(every) - _FEW} more" if len(every) > _FEW else "")
