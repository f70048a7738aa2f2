"""Slips of persons of whom there are several: what repeats, follows or undoes another slip of its person is among them.

In most registers they are few, so they are picked out once, with all that later stages read of them. A hash picks; it can
only pick too many, and whoever reads them asks for equal persons again.
"""

from __future__ import annotations

from qonys.concepts.integration import Integration
from qonys.process.standing import slips_of

_OF_A_HISTORY = ("person", "kind", "origin", "destination")


def are_few(definition: Integration) -> bool:
    """Whether persons with several slips are worth picking out: where both sides are delivered, nearly everybody is one."""
    return not definition.pairing


def returning_query(columns: tuple[str, ...], *, linked: bool = False) -> str:
    """All slips of persons of whom there are several, with what a history is made of; tables registrations, deliveries.

    Args:
        columns: variables besides those of a history.
        linked: table ``linked`` holds the persons of slips that have no identifier.
    """
    wanted = dict.fromkeys((*_OF_A_HISTORY, *columns))
    return f"""
with suspects as (
  select hash(person) as hashed from ({slips_of("person", linked=linked)}) as slips
  where person is not null group by 1 having count(*) > 1
)
select * from ({slips_of(*wanted, linked=linked)}) as slips
where person is not null and hash(person) in (select hashed from suspects)
"""
