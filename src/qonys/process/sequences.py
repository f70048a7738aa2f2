"""What cannot follow in the life of a person: the later of two slips is told, set apart or quarantined, as the profile says.

Laws: places that are not known contradict nothing. Two slips of one day contradict each other only where neither leads on
from the other.
"""

from __future__ import annotations

from qonys.concepts.integration import SequenceRule, holds_on
from qonys.process.histories import ORDER, history_of
from qonys.process.standing import FOREVER, standing_of

_IMPOSSIBLE = {
    "arrival-without-departure": "earlier_has_arrival and not has_departure",
    "departure-without-arrival": "not earlier_has_arrival and has_departure",
    "origin-elsewhere": "earlier_date < date and origin_place <> earlier_destination",
    "two-places-on-one-day": (
        "earlier_date = date and destination_place <> earlier_destination "
        "and not coalesce(origin_place = earlier_destination or earlier_origin = destination_place, false)"
    ),
}


def is_history(rule: SequenceRule) -> bool:
    """Whether it takes a second slip of the person to break the rule; a slip can tell of a death before its own day."""
    return rule.id != "after-death"


def sequence_query(rule: SequenceRule, *, linked: bool = False, paired: bool = False) -> str:
    """The slips that cannot follow, as absences; tables registrations, deliveries, exceptions, absences, territory."""
    if not is_history(rule):
        return _after_death_query(rule, linked=linked)
    one_day = rule.id == "two-places-on-one-day"
    history = history_of(rule.ends, linked=linked, paired=paired, on_one_day=one_day)
    return f"""
with history as ({history}),
followed as (
  select *, lag(date) over ({ORDER}) as earlier_date, lag(has_arrival) over ({ORDER}) as earlier_has_arrival,
    lag(origin_place) over ({ORDER}) as earlier_origin, lag(destination_place) over ({ORDER}) as earlier_destination
  from history
)
select delivery, row, date, received, epoch as since, next_epoch as until, '{_fate(rule)}' as fate, '{rule.id}' as reason
from followed
where earlier_date is not null and {_IMPOSSIBLE[rule.id]} and {holds_on(rule)}
"""


def flags_query() -> str:
    """Of table ``found`` (absences that are only told) the slips of which something is odd at the end."""
    return f"""
select delivery, row, any_value(date) as date, list_sort(list(distinct reason)) as reasons
from found where until = {FOREVER} group by delivery, row
"""


def _fate(rule: SequenceRule) -> str:
    return "quarantine" if rule.action == "quarantine" else "set_apart"


def _after_death_query(rule: SequenceRule, *, linked: bool) -> str:
    return f"""
with standing as ({standing_of("person", "death_date", linked=linked)}),
deaths as (select * from standing where death_date is not null and person is not null)
select distinct s.delivery, s.row, s.date, s.received, greatest(s.known_from, d.known_from) as since,
  least(s.known_to, d.known_to) as until, '{_fate(rule)}' as fate, 'after-death' as reason
from standing as s join deaths as d on d.person = s.person
where s.date > d.death_date and greatest(s.known_from, d.known_from) < least(s.known_to, d.known_to) and {holds_on(rule, "s.date")}
"""
