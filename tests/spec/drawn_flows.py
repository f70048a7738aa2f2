"""Flows between the regions of the invented country, and rates of them, drawn for tests of figures."""

from __future__ import annotations

from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable
from spec.drawn_tables import drawn_table

RATES = """
   | 2024 net_rate
_T |           1.0
N1 |          -4.5
S1 |           3.2
C1 |             0
"""
FLOWS = """
   | _T 2024 arrivals | N1 2024 arrivals | S1 2024 arrivals | C1 2024 arrivals
_T |            1160* |              560 |              240 |              360
N1 |              700 |              500 |              100 |              100
S1 |              210 |               10 |               90 |              110
C1 |              250 |               50 |               50 |              150
"""


def flows(profile: Profile, text: str = FLOWS) -> OutputTable:
    return drawn_table(profile, "origin-destination", ["partner_area"], ["area", "period", "measure"], text)
