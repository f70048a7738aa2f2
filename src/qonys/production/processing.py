"""The step *process*: amends and judges all registrations, sets them side by side, makes moves of the good ones."""

from __future__ import annotations

from qonys.datasets.move import MOVE
from qonys.datasets.outcome import Outcome, RuleResult, Table
from qonys.process.moves import moves_query
from qonys.production.amending import amended, imputed
from qonys.production.integrating import integrate
from qonys.production.judging import judge
from qonys.production.office import Office
from qonys.production.streams import cast_stream


def process(office: Office) -> Outcome[tuple[RuleResult, ...]]:
    """Make the clean state anew from all registrations; earlier versions of it stay.

    Returns:
        What each rule found; findings name the rules that some row broke; measures count exceptions.
    """
    deliveries = office.counting_deliveries()
    tables: dict[str, Table] = {
        "registrations": office.store.files("input/registrations"),
        "deliveries": deliveries,
        "territory": office.territory,
    }
    correct = amended(office, tables)
    tables["registrations"] = correct.data
    judgement = judge(office, tables)
    aside = integrate(office, tables, judgement.data.exceptions)
    complete = imputed(office, tables, aside.data)
    tables["registrations"] = complete.data
    moves = office.engine.stream(moves_query(), None, **tables, exceptions=aside.data)
    lineage = {**office.lineage(), "deliveries": str(deliveries.num_rows)}
    office.store.replace("clean/moves", cast_stream(moves, MOVE, "moves", office.progress), lineage)
    office.store.replace("clean/exceptions", aside.data, lineage)
    findings = (*correct.findings, *judgement.findings, *aside.findings, *complete.findings)
    measures = {**correct.measures, **judgement.measures, **aside.measures, **complete.measures}
    return Outcome(judgement.data.results, findings, {**measures, "exceptions": aside.data.num_rows})
