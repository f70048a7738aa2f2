"""From degrees to a plane on which areas keep their sizes.

Laws: the plane touches the earth in the middle of what is drawn; north is up there; land that lies on both sides of the
180th meridian stays together.

Source: Snyder (1987), Map Projections: A Working Manual, USGS Professional Paper 1395: Lambert's azimuthal equal-area
projection of the sphere, equations 22-4, 22-5 and 24-2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_HALF, _ROUND = 180.0, 360.0


@dataclass(frozen=True, slots=True)
class EqualArea:
    """Lambert's azimuthal equal-area projection around a middle in degrees."""

    longitude: float
    latitude: float

    @classmethod
    def around(cls, rings: Iterable[Array]) -> EqualArea:
        """The projection in whose middle the given places lie, each ring of shape (n, 2)."""
        places = np.concatenate(list(rings))
        longitudes = places[:, 0]
        if longitudes.max() - longitudes.min() > _HALF:
            longitudes = longitudes % _ROUND
        middle = (longitudes.min() + longitudes.max()) / 2
        return cls(float(middle), float((places[:, 1].min() + places[:, 1].max()) / 2))

    def places(self, degrees: Array) -> Array:
        """Places on the plane, in radii of the earth, y upwards; shape (n, 2)."""
        away = np.radians(degrees[:, 0] - self.longitude)
        latitude, middle = np.radians(degrees[:, 1]), np.radians(self.latitude)
        cosine = np.sin(middle) * np.sin(latitude) + np.cos(middle) * np.cos(latitude) * np.cos(away)
        scale = np.sqrt(2 / (1 + cosine))
        x = scale * np.cos(latitude) * np.sin(away)
        y = scale * (np.cos(middle) * np.sin(latitude) - np.sin(middle) * np.cos(latitude) * np.cos(away))
        return np.column_stack((x, y))
