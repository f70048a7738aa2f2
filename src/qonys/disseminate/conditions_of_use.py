"""Under which conditions the figures of a release may be used, in the words of one language.

Law: no licence is claimed that the profile does not name; where it names none, that is said, and whom to ask.
"""

from __future__ import annotations

from dataclasses import dataclass

from qonys.country.profile import Profile
from qonys.disseminate.words import Words


@dataclass(frozen=True, slots=True)
class ConditionsOfUse:
    """What is said, and the address of the licence; empty where none is named."""

    said: str
    address: str = ""

    @property
    def written(self) -> str:
        """Both in one line, for files in which nothing is a link."""
        return f"{self.said} {self.address}".strip()


def conditions_of_use(profile: Profile, words: Words) -> ConditionsOfUse:
    """The conditions of use as the page, the workbook, the bulletin and the archives say them."""
    licence = profile.identity.licence
    if licence is None:
        return ConditionsOfUse(words["page.licence_text"])
    return ConditionsOfUse(words("page.licence_named", licence=licence.names[words.language]), licence.address)
