"""The step *process*: amends and judges all registrations, sets them side by side, makes moves of the good ones."""

from __future__ import annotations

from qonys.datasets.move import MOVE
from qonys.datasets.outcome import Outcome, Overlay, RuleResult, Table
from qonys.process.moves import moves_query
from qonys.production.amending import amended, edit_counts, imputed, keep_amendments, settled
from qonys.production.integrating import all_flags, integrate, keep_links
from qonys.production.judging import judge
from qonys.production.lagging import keep_lags
from qonys.production.office import Office
from qonys.production.streams import cast_stream
from qonys.store.receipts import made_of
from qonys.store.states import Together


def process(office: Office) -> Outcome[tuple[RuleResult, ...]]:
    """Make the clean states anew from all registrations; they count together, and earlier versions of them stay.

    Returns:
        What each rule found; findings name the rules that some row broke; measures count exceptions.

    Raises:
        OperatorError: nothing was collected yet, or somebody else processes this register now.
    """
    with office.store.together("process", office.lineage()) as states:
        return _processed(office, states)


def _processed(office: Office, states: Together) -> Outcome[tuple[RuleResult, ...]]:
    deliveries = office.counting_deliveries()
    states.lineage.update(made_of(map(int, deliveries["delivery"].to_numpy())))
    tables: dict[str, Table] = {
        "registrations": office.registrations,
        "deliveries": deliveries,
        "territory": office.territory,
    }
    log = office.decision_log
    states.lineage["decisions"] = str(log.last)
    correct = amended(office, tables, log)
    tables["registrations"] = correct.data
    judgement = judge(office, tables)
    aside = integrate(office, tables, settled(office, tables, judgement.data.exceptions, log), log)
    complete = imputed(office, tables, aside.data.exceptions, aside.data.spans)
    tables["registrations"] = complete.data
    moves = office.engine.stream(
        moves_query(amended=isinstance(complete.data, Overlay)),
        None,
        **tables,
        exceptions=aside.data.exceptions,
        spans=aside.data.spans,
    )
    lineage = {**office.lineage(), "deliveries": str(deliveries.num_rows)}
    office.store.replace("clean/moves", cast_stream(moves, MOVE, "moves", office.progress), lineage)
    office.store.replace("clean/exceptions", aside.data.exceptions, lineage)
    office.store.replace("clean/flags", all_flags(office, judgement.data.flags, aside.data.flags), lineage)
    keep_links(office, aside, lineage)
    office.store.replace("clean/findings", judgement.data.findings, lineage)
    keep_amendments(office, complete.data, lineage)
    keep_lags(office, lineage)
    findings = (*correct.findings, *judgement.findings, *aside.findings, *complete.findings)
    measures = {**correct.measures, **judgement.measures, **aside.measures, **complete.measures}
    measures["amended"] = edit_counts(complete.data)
    measures["exceptions"] = aside.data.exceptions["until"].null_count
    return Outcome(judgement.data.results, findings, measures)
