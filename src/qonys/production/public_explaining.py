"""Answers “how do we know?” of a published cell from what is published, and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from qonys.concepts.period import Period
from qonys.disseminate.how_we_know import OF_RELEASE
from qonys.errors import OperatorError
from qonys.production.explained_release import BuiltFiles, published_files, table_and_measure
from qonys.production.office import Office

_COUNTS_OF_RECORDS = ("arrivals", "departures")


class PublicLine(msgspec.Struct, frozen=True):
    """A line of the way from slips to moves: what is left after a step, or a change with its sign."""

    text: str
    count: str
    step: bool


class PublicFact(msgspec.Struct, frozen=True):
    """A head and a text."""

    head: str
    text: str


class PublicChecks(msgspec.Struct, frozen=True):
    """What is checked, and what happens where it does not hold."""

    action: str
    rules: tuple[str, ...]


class PublicExplanation(msgspec.Struct, frozen=True):
    """How a published cell came to be, for everybody.

    Args:
        table, title, measure, at: the cell.
        names: the names of its codes, in the order of the dimensions.
        published: its value; None where there is none.
        obs_status, conf_status, data_status: as in the files of the release.
        references: where a figure that was taken over stands, and what a computed one is related to.
        records: persons counted in it, where the figure is their number and is published exact; None elsewhere.
        facts: of its table.
        way: the way from the slips to all moves, as of the data cut-off of the table.
        checks: what is checked of slips.
    """

    table: str
    title: str
    measure: str
    at: dict[str, str]
    names: tuple[str, ...]
    published: float | None
    obs_status: str
    conf_status: str
    data_status: str
    references: dict[str, str]
    records: int | None
    facts: tuple[PublicFact, ...]
    way: tuple[PublicLine, ...]
    checks: tuple[PublicChecks, ...]


def explain_publicly(
    office: Office, period: Period, figure: str, at: Mapping[str, str], vintage: str | None = None, language: str = ""
) -> PublicExplanation:
    """How one published cell came to be, as everybody can read it. See `explaining.explain` for the arguments.

    Raises:
        OperatorError: the release is not published, or holds no explanation.
        StatisticianError: there is no such cell; near matches are named.
    """
    return public_explanation(published_files(office, period, vintage), figure, at, language)


def public_explanation(files: BuiltFiles, figure: str, at: Mapping[str, str], language: str = "") -> PublicExplanation:
    """The same from the files of a release."""
    language = language_of(files, language)
    table, measure = table_and_measure(files, figure, language)
    place = table.located(measure, at, Period.parse(files.facts.period))
    observation = table.observations[tuple(place.values())]
    of_table, of_release = (files.content(f"{p}{OF_RELEASE}", language) for p in (f"{table.id}-", ""))
    if of_table is None or of_release is None:
        raise OperatorError(
            "The release holds no explanation of its figures.", where=str(files.folder), next_step="Build it again."
        )
    cut_off = of_table["data_cut_off"]["name"]
    way = next((way["lines"] for way in of_release["ways"] if way["data_cut_off"]["name"] == cut_off), ())
    is_taken = "source" in observation
    counts = of_table["records"] == "exact" and measure in _COUNTS_OF_RECORDS and not is_taken
    value = observation["value"]
    return PublicExplanation(
        table=table.id, title=of_table["title"], measure=measure, at=place,
        names=tuple(table.labels[name][code] for name, code in place.items()),
        published=value, obs_status=observation["obs_status"], conf_status=observation["conf_status"],
        data_status=observation["data_status"],
        references={n: observation[n] for n in ("source", "source_as_of", "related_to", "related_to_as_of") if n in observation},
        records=int(value) if counts and value is not None and "E" not in observation["obs_status"] else None,
        facts=msgspec.convert(of_table["facts"], tuple[PublicFact, ...]),
        way=msgspec.convert(way, tuple[PublicLine, ...]),
        checks=msgspec.convert(of_release["checks"], tuple[PublicChecks, ...]),
    )  # fmt: skip


def language_of(files: BuiltFiles, wanted: str) -> str:
    """The language in which to tell: the wanted one, else English where the release has it, else its first.

    Raises:
        OperatorError: the release is not in the wanted language.
    """
    if wanted and wanted not in files.languages:
        raise OperatorError(
            f"The release is not in the language “{wanted}”.", next_step=f"It is in {', '.join(files.languages)}."
        )
    return wanted or ("en" if "en" in files.languages else files.languages[0])
