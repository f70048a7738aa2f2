"""The plan of a synthetic register: margins that it must equal, and what is invented to fill the slips.

Every margin is a fact with its source and status. Figures without a status are weights of the plan: invented,
plausible, nothing more.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

import msgspec

from qonys.concepts.layout import Stream

FactStatus: TypeAlias = Literal["published", "derived", "rounded", "invented"]
Shares: TypeAlias = dict[str, float]
"""code -> weight; weights are proportional, they need not sum to 1"""

FAULTS = (
    "duplicate", "impossible_date", "unknown_area", "born_after", "future", "same_settlement", "name_change",
    "wrong_check_digit", "sex_against_number",
)  # fmt: skip
"""The kinds of faults, in the order in which they are planted."""

CANCELLING = "data_correction"
"""Registration type of a slip that takes another one back, and is itself no migration."""

PARTNER = "@partner"
"""Stands in shares of an attribute for the country at the other end of an external move."""


class InternalMargin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Internal arrivals in and departures from an area, in persons; of a whole year where ``month`` is empty."""

    year: int
    area: str
    arrivals: int
    departures: int
    status: FactStatus
    source: str
    month: int | None = None


class NetMargin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Net migration of an area in a year, in persons, as the last data cut-off shows it.

    ``flows`` is ``all`` or ``internal``; ``locality`` U or R restricts it to one side.
    """

    year: int
    flows: Literal["all", "internal"]
    area: str
    net: int
    status: FactStatus
    source: str
    locality: str = ""


class ExternalTotal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """External arrivals or departures of a year, in persons; of a group of countries where ``group`` is given."""

    year: int
    direction: Literal["arrivals", "departures"]
    persons: int
    status: FactStatus
    source: str
    group: str = ""


class ExternalCountry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """External arrivals or departures by country, in persons.

    An invented figure is a weight: it is scaled until its group, or the world, has its total.
    """

    year: int
    direction: Literal["arrivals", "departures"]
    country: str
    persons: int
    status: FactStatus
    source: str


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the invented seed of origin × destination needs of an area.

    Args:
        area: code of an area of the publication level.
        longitude: of its centre, in degrees.
        latitude: of its centre, in degrees.
        within: share of its internal moves that stay inside it; 0 for an area that is one settlement.
        abroad: weight of the area in external departures beyond those that the margins force.
        status: of the coordinates.
        source: of the coordinates.
    """

    area: str
    longitude: float
    latitude: float
    within: float
    abroad: float
    status: FactStatus
    source: str


class Monthly(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A year that is delivered month by month.

    Args:
        day: day of the next month on which a month is delivered.
        lags: shares of the slips of a month that come with its own delivery, with the next one, and so on; their sum
            is 1. What would come after the year's last delivery comes with it.
        beyond: it does not, but with deliveries of its own in the months after.
    """

    day: int
    lags: tuple[float, ...]
    beyond: bool = False


class SimulatedYear(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A year of the register: when it is delivered, and whose months it takes where its margins are annual.

    Args:
        year: the year.
        received: day of its only delivery, or of the last one where it is delivered month by month.
        months_like: the year whose months its annual margins take.
        monthly: how it is delivered month by month; at once where not given.
        months: twelve factors on the months that its annual margins take otherwise, and on those of external moves.
    """

    year: int
    received: date
    months_like: int | None = None
    monthly: Monthly | None = None
    months: tuple[float, ...] = ()


class Course(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How moves went until the last year of the plan, in years that are asked for besides; all of it invented.

    Args:
        growth: by which share they grew from year to year.
        shifts: month (``2020-04``) -> factor by which they changed from then on.
        day_off: share by which a holiday with dates changes the moves of its month, where it is on a working day.
        scatter: standard deviation of the logarithm of a month.
        monthly_since: first year that is delivered month by month like the last one; those before are at once.
    """

    growth: float = 0.0
    shifts: dict[str, float] = {}
    day_off: float = 0.0
    scatter: float = 0.0
    monthly_since: int = 0


class Route(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which slips a supplier delivers; a slip takes the first route that fits. Empty: any stream, any destination."""

    layout: str
    streams: tuple[Stream, ...] = ()
    destinations: tuple[str, ...] = ()


class Redirection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many slips that turn out to lead to another area of the publication level."""

    slips: int
    recorded: str
    true: str


class LateCorrections(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Slips that correct slips of a year already delivered, and come between two data cut-offs."""

    year: int
    received: date
    layout: str
    redirections: tuple[Redirection, ...]


class Revision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Slips of a year that come, or are cancelled, after its first figures; each is of one person.

    Args:
        year: the year.
        received: day on which late and cancelling slips are delivered.
        layout: whose files they are in.
        late: stream -> true slips that come only then.
        cancelled: stream -> slips that were delivered with the year, and are taken back then.
        since: first month of the slips that are late or cancelled.
    """

    year: int
    received: date
    layout: str
    late: dict[Stream, int] = {}
    cancelled: dict[Stream, int] = {}
    since: int = 1


class Attribute(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a coded variable of a slip is drawn.

    Args:
        shares: for whom -> weights of codes. For whom: ``external_in:UZ`` (a stream and the country at the other
            end), else its stream (``internal``, ``external_in``, ``external_out``), else ``all``.
        from_age: age in completed years from which the shares apply.
        younger: code of those who are younger; not stated where empty.
    """

    shares: dict[str, Shares]
    from_age: int | None = None
    younger: str = ""


class Settling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Invented weights inside an area of the publication level.

    Args:
        urban_origins: share of departures from areas that are neither wholly urban nor wholly rural that are urban.
        urban_destinations: the same of arrivals.
        urban_weight: weight of a wholly urban area beside 1 of another.
        distance_power: β of the seed 1 / distanceᵝ.
    """

    urban_origins: float
    urban_destinations: float
    urban_weight: float = 1.0
    distance_power: float = 1.0


class People(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Invented composition of the movers.

    Args:
        women: share of women among holders of a slip.
        ages: first age of a class and weight of each single year in it; the last class is closed by ``oldest``.
        oldest: oldest age that moves.
        accompanied: chance that the next mover of the same origin, destination and month is a child of the last one.
        most_children: most children on one slip.
        parents: youngest and oldest age of a slip's holder with children.
    """

    women: float
    ages: tuple[tuple[int, float], ...]
    oldest: int
    accompanied: float
    most_children: int
    parents: tuple[int, int]


class PlanDesign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """simulation/plan.yaml: all of the plan but its tables.

    Args:
        years: the years that are simulated.
        deliveries: routes of slips to layouts; the last one takes what is left, and the slips of a benchmark.
        settling: weights inside areas.
        people: composition of the movers.
        external_months: twelve weights of external moves.
        attributes: coded variable -> how it is drawn.
        faults: kind of fault -> share of the slips of a file that are planted on top.
        unknown_area: what a slip with an unknown area says.
        corrections: late corrections.
        revisions: late slips and cancellations.
        course: how years before the last one went, where more years than the plan's own are asked for.
    """

    years: tuple[SimulatedYear, ...]
    deliveries: tuple[Route, ...]
    settling: Settling
    people: People
    external_months: tuple[float, ...]
    attributes: dict[str, Attribute]
    faults: dict[str, float]
    unknown_area: str
    corrections: tuple[LateCorrections, ...] = ()
    revisions: tuple[Revision, ...] = ()
    course: Course | None = None


class SimulationPlan(msgspec.Struct, frozen=True):
    """The whole plan, checked against its profile."""

    design: PlanDesign
    places: tuple[Place, ...]
    internal: tuple[InternalMargin, ...]
    nets: tuple[NetMargin, ...]
    external: tuple[ExternalTotal, ...]
    countries: tuple[ExternalCountry, ...]

    def year(self, year: int) -> SimulatedYear:
        return next(entry for entry in self.design.years if entry.year == year)
