"""What is said of a figure besides its value.

Data status says where a figure comes from; observation status (SDMX CL_OBS_STATUS) says why a value is absent or
special; confidentiality status (SDMX CL_CONF_STATUS) says who may see it. None is ever folded into another.
"""

from __future__ import annotations

from enum import Enum


class DataStatus(Enum):
    """Where a figure comes from; listed from the firmest to the loosest."""

    PUBLISHED = "published"
    """An official figure, carried over with its source."""
    ROUNDED = "rounded"
    """An official figure that was published rounded."""
    DERIVED = "derived"
    """Computed from official figures; no office published it so."""
    COMPILED = "compiled"
    """Counted by Qonys from real records; no official figure claims the same."""
    CALIBRATED = "calibrated"
    """Counted from synthetic records that were made to equal an official figure."""
    INVENTED = "invented"
    """Counted from synthetic records; plausible, nothing more."""


class ObservationStatus(Enum):
    """Why a cell is as it is (codes of SDMX CL_OBS_STATUS)."""

    NORMAL = "A"
    NOT_AVAILABLE = "L"
    """Data exist but were not collected: the source does not have this side of the flows."""
    NOT_APPLICABLE = "M"
    """Data cannot exist."""
    PROVISIONAL = "P"
    NEGLIGIBLE = "N"
    """Not zero, but rounded to it: told of the number as it is shown, never of the one that was computed."""
    BREAK = "B"
    """The first figure after a break in its series: not comparable with those before it."""
    LOW_RELIABILITY = "U"
    """So few persons that the number would say nothing; it is not shown."""
    ESTIMATED = "E"
    """Counted into its area by a share: on the borders of another day the area is divided."""


class ConfidentialityStatus(Enum):
    """Who may see a cell (codes of SDMX CL_CONF_STATUS)."""

    FREE = "F"
    CONFIDENTIAL = "C"
