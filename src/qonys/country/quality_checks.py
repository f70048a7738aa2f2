"""Confronts the texts of a quality report and the statistics of partners with SIMS, languages and countries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from qonys.concepts.quality import CONCEPTS, is_sims_code
from qonys.country.profile import Profile


def quality_contradictions(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Contradictions as file, what is wrong, what to do."""
    yield from _texts(profile)
    yield from _mirror(profile)


def _texts(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """A text belongs to a concept that is said in words, and stands in every language of the profile or in none."""
    given = {code for texts in profile.texts.values() for code in texts if is_sims_code(code)}
    for code in sorted(given):
        if code not in CONCEPTS or CONCEPTS[code].kind != "text":
            told = "has no text" if code in CONCEPTS else "is no concept of SIMS"
            yield "texts", f"“{code}” {told}.", "docs/reference/quality.md lists the concepts that take one."
        for language in profile.languages:
            if not profile.texts[language].get(code, "").strip():
                yield f"texts/{language}", f"{code}: the text is missing.", "Another language of the profile has it."


def _mirror(profile: Profile) -> Iterator[tuple[str, str, str]]:
    countries = {area.code for area in profile.areas.areas if area.level == "country"}
    for figure in profile.mirror:
        if figure.partner not in countries:
            yield "mirror.csv", f"{figure.partner} is no country.", "See classifications/country.csv."
    for (partner, period, measure), times in Counter((f.partner, f.period, f.measure) for f in profile.mirror).items():
        if times > 1:
            yield "mirror.csv", f"{partner}, {period}, {measure} stands {times} times.", "Keep the newest vintage."
