"""The analyses of a release: each on the table that it reads, by the method that its entry names.

Laws: what is shown to the public is computed from protected counts; a result of exact counts is confidential in every
cell, and no build makes one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from qonys.analyse.members import Setting
from qonys.analyse.studies.study import Study
from qonys.concepts.analysis import Analysis, AnalysisMethod
from qonys.datasets.analysis import Analysed, Centre, LagCount
from qonys.datasets.output import OutputTable
from qonys.disseminate.analysis_words import analysis_sentences
from qonys.production.lagging import lags
from qonys.production.office import Office


@dataclass(frozen=True)
class Counts:
    """The tables that analyses read.

    Args:
        setting: what all tables of the release share.
        tables: by id.
        confidential: they are not protected.
    """

    setting: Setting
    tables: Mapping[str, OutputTable]
    confidential: bool = False


def tables_read_by(analyses: Iterable[Analysis]) -> tuple[str, ...]:
    """The ids of the tables that analyses read, each once."""
    return tuple(dict.fromkeys(analysis.table for analysis in analyses if analysis.table))


def analyses_made(office: Office, analyses: Iterable[Analysis], counts: Counts) -> Iterator[Analysed]:
    """The results of analyses, in their order.

    Raises:
        OperatorError: a program or library that a method needs is not installed.
    """
    say = analysis_sentences(office.profile)
    for number, analysis in enumerate(analyses, start=1):
        table = counts.tables.get(analysis.table)
        study = Study(
            analysis, counts.setting, say, table,
            vintage=table.vintage if table else _first_cut_off(counts.setting),
            base=0 if counts.confidential else office.profile.protection.base,
            confidential=counts.confidential,
        )  # fmt: skip
        office.progress("analyses", number)
        yield _METHODS[analysis.method](office, study)


def _first_cut_off(setting: Setting) -> str:
    """A nowcast is made when the first figures of a period are."""
    return min(setting.cut_offs, key=lambda name: setting.cut_offs[name])


def _centres(office: Office) -> dict[str, Centre]:
    return {centre.area: centre for centre in office.profile.centres}


def _lag_counts(office: Office) -> Iterator[LagCount]:
    for lag in lags(office):
        event, known = (date.fromisoformat(f"{month}-01") for month in (lag.event_month, lag.known_month))
        yield LagCount(event, known, lag.moves - lag.withdrawn)


# Each method is imported when an analysis is made by it: together they take a second to load, and a release wants a few.


def _system(office: Office, study: Study) -> Analysed:
    from qonys.analyse.studies.systems import system_indices

    return system_indices(study, _centres(office))


def _gravity(office: Office, study: Study) -> Analysed:
    from qonys.analyse.studies.systems import gravity

    return gravity(study, _centres(office))


def _zones(office: Office, study: Study) -> Analysed:
    from qonys.analyse.studies.zones import indices_by_zones

    return indices_by_zones(study, _centres(office))


def _ages(_: Office, study: Study) -> Analysed:
    from qonys.analyse.studies.ages import age_composition

    return age_composition(study)


def _schedule(_: Office, study: Study) -> Analysed:
    from qonys.analyse.studies.ages import model_schedule

    return model_schedule(study)


def _seasonal(office: Office, study: Study) -> Analysed:
    from qonys.analyse.studies.series import seasonally_adjusted
    from qonys.engine.seasonal import x13_run

    return seasonally_adjusted(study, x13_run, office.profile.publication.working_days)


def _nowcast(office: Office, study: Study) -> Analysed:
    from qonys.analyse.studies.delays import nowcast_of_months

    return nowcast_of_months(study, list(_lag_counts(office)))


def _forecast(_: Office, study: Study) -> Analysed:
    from qonys.analyse.studies.series import forecast_series

    return forecast_series(study)


_METHODS: Mapping[AnalysisMethod, Callable[[Office, Study], Analysed]] = {
    "system": _system,
    "gravity": _gravity,
    "zones": _zones,
    "ages": _ages,
    "schedule": _schedule,
    "seasonal": _seasonal,
    "nowcast": _nowcast,
    "forecast": _forecast,
}
