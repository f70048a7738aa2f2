"""What holds of registrations in every country: codes mean something on the day, and nobody moves before birth."""

from __future__ import annotations

from qonys.concepts.rule import Rule, RuleSet

BUILT_IN_RULES: tuple[Rule, ...] = (
    Rule(
        id="origin-not-valid-on-date",
        message={
            "kk": "Шығу аумағының коды көшу күнінде қолданылмайды.",
            "ru": "Код территории выбытия не действует на дату переезда.",
            "en": "The code of the origin is not valid on the day of the move.",
            "es": "El código del origen no es válido en la fecha del traslado.",
        },
        expr="origin_level is not null",
        action="quarantine",
        source="A code means an area only on its days; without the area the move cannot be counted.",
    ),
    Rule(
        id="destination-not-valid-on-date",
        message={
            "kk": "Келу аумағының коды көшу күнінде қолданылмайды.",
            "ru": "Код территории прибытия не действует на дату переезда.",
            "en": "The code of the destination is not valid on the day of the move.",
            "es": "El código del destino no es válido en la fecha del traslado.",
        },
        expr="destination_level is not null",
        action="quarantine",
        source="A code means an area only on its days; without the area the move cannot be counted.",
    ),
    Rule(
        id="child-born-after-move",
        message={
            "kk": "Талондағы бала көшу күнінен кейін туған.",
            "ru": "Ребенок на талоне родился после даты переезда.",
            "en": "A child on the slip was born after the move.",
            "es": "Un menor del boletín nació después del traslado.",
        },
        when="children_count > 0",
        expr="last_child_born <= date",
        action="quarantine",
        source="A child on a parent's slip is a mover of its own, and nobody moves before birth.",
    ),
)


def record_rules(rules: RuleSet) -> tuple[Rule, ...]:
    """The rules of a pass: what holds in every country, then the profile's."""
    return (*BUILT_IN_RULES, *rules.of_records())


def every_rule(rules: RuleSet) -> tuple[Rule, ...]:
    """Everything that is checked of slips: what holds in every country, then the profile's rules, groups among them."""
    return (*record_rules(rules), *rules.of_groups())
