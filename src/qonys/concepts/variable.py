"""The variables of a registration: what a slip can say, in our words, whatever its supplier calls them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a variable is typed and checked."""

    IDENTIFIER = "identifier"
    """Keyed-hashed on entry; its plain text reaches no other step."""
    DATE = "date"
    INTEGER = "integer"
    CODE = "code"
    AREA = "area"
    CHILDREN = "children"
    """Sex and birth date of the children who ride on a parent's slip."""
    TEXT = "text"
    ENCODED = "encoded"
    """Kept as keyed hashes of its bigrams only, by which two writings of a name can be compared."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable; ``classification`` names the profile's code list that a code must stand in."""

    name: str
    kind: Kind
    meaning: str
    classification: str | None = None
    required: bool = False


_VARIABLES = (
    Variable("slip", Kind.IDENTIFIER, "number of the slip"),
    Variable("corrects", Kind.IDENTIFIER, "number of the slip that this one corrects"),
    Variable("person", Kind.IDENTIFIER, "personal identification number"),
    Variable("kind", Kind.CODE, "arrival or departure slip", "slip_kind", required=True),
    Variable("date", Kind.DATE, "day of the registration; statistics count by it", required=True),
    Variable("entry_date", Kind.DATE, "day on which the slip was entered"),
    Variable("registration_type", Kind.CODE, "what was registered", "registration_type"),
    Variable("office", Kind.TEXT, "registering office"),
    Variable("sex", Kind.CODE, "sex", "sex"),
    Variable("birth_date", Kind.DATE, "date of birth"),
    Variable("death_date", Kind.DATE, "date of death, where a source delivers it"),
    Variable("age", Kind.INTEGER, "age in completed years at the registration"),
    Variable("citizenship", Kind.CODE, "country of citizenship", "country"),
    Variable("birth_country", Kind.CODE, "country of birth", "country"),
    Variable("ethnicity", Kind.CODE, "ethnic group as the person states it", "ethnicity"),
    Variable("marital", Kind.CODE, "marital status", "marital"),
    Variable("education", Kind.CODE, "highest education, of persons of 15 and over", "education"),
    Variable("speciality", Kind.CODE, "speciality of the education, of persons of 15 and over", "speciality"),
    Variable("reason", Kind.CODE, "main reason of the move", "reason"),
    Variable("origin", Kind.AREA, "where the person lived: area or country", required=True),
    Variable("destination", Kind.AREA, "where the person settles: area or country", required=True),
    Variable("origin_locality", Kind.CODE, "urban or rural, of the origin", "locality"),
    Variable("destination_locality", Kind.CODE, "urban or rural, of the destination", "locality"),
    Variable("children", Kind.CHILDREN, "children under 14 who moved along"),
    Variable("surname", Kind.ENCODED, "family name, for linkage where there is no number"),
    Variable("given_name", Kind.ENCODED, "given name, for linkage"),
    Variable("birth_place", Kind.ENCODED, "place of birth, for linkage"),
)

VARIABLES: dict[str, Variable] = {variable.name: variable for variable in _VARIABLES}

BUILT_IN_CODES: dict[str, tuple[str, ...]] = {
    "slip_kind": ("arrival", "departure"),
    "sex": ("F", "M"),
    "locality": ("U", "R"),
}
"""Code lists whose codes the line itself reads; a profile gives their names."""
