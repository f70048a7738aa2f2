"""What rules do to slips, to groups of them and to whole deliveries; a rule that breaks is told from data that breaks one."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from qonys.country.loading import SHIPPED
from qonys.datasets.move import EXCEPTION
from qonys.datasets.outcome import RuleResult
from qonys.evaluate.findings import RuleFinding
from qonys.process.groups import families
from qonys.production.finding_rules import findings_of
from qonys.production.group_judging import judge_groups
from spec.drawn_slips import Rows, Walk, drawn


def walk_with(folder: Path, rules: str) -> Walk:
    """A walk on mini with rules of the test's own."""
    profile = folder / "profile"
    shutil.copytree(SHIPPED / "mini", profile)
    lines = [f"  {line}" if line.strip() else "" for line in rules.strip("\n").splitlines()]
    (profile / "rules" / "rules.yaml").write_text("rules:\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return Walk(folder, profile=str(profile))


def results(walk: Walk) -> dict[str, RuleResult]:
    return {f"{r.rule} {r.version}" if r.version > 1 else r.rule: r for r in walk.line.process().data}


def finding(walk: Walk, rule: str) -> RuleFinding:
    return next(found for found in findings_of(walk.line.office) if found.rule == rule)


def flags(walk: Walk) -> Rows:
    files = walk.line.office.store.files("clean/flags")
    return walk.rows("select delivery, row, reasons from flags order by delivery, row", flags=files)


def counts(result: RuleResult) -> tuple[int, int, int, int]:
    return result.items, result.passes, result.fails, result.missing


MESSAGE = "message: {en: It is wrong., es: Está mal.}"


def test_a_slip_that_breaks_a_flag_rule_counts_and_is_kept_with_its_reasons(tmp_path: Path) -> None:
    walk = walk_with(tmp_path, f"""
- {{id: woman, {MESSAGE}, expr: sex = 'F', action: flag, severity: warning}}
- {{id: works, {MESSAGE}, expr: reason = 'work', action: flag, severity: info}}
- {{id: not-a-child, {MESSAGE}, expr: age >= 14, action: quarantine}}
""")  # fmt: skip
    walk.receive("2025-01-10", """
        SEX | REASON | BORN
        f   | work   | 01.02.1990
        m   | family | 01.02.1990
        m   |        | 01.02.1990
        m   | work   | 01.02.2020
    """)  # fmt: skip
    told = results(walk)
    assert counts(told["woman"]) == (4, 1, 3, 0)
    assert counts(told["works"]) == (4, 2, 1, 1)
    assert flags(walk) == drawn("""
        delivery | row | reasons
        1        | 3   | woman, works
        1        | 4   | woman
    """)
    assert walk.set_apart_or_quarantined() == drawn("row | fate | reasons\n5 | quarantine | not-a-child")
    assert [row["row"] for row in walk.moves("row")] == ["2", "3", "4"]


def test_what_cannot_be_told_passes_or_fails_as_the_rule_says_and_is_counted_apart(tmp_path: Path) -> None:
    walk = walk_with(tmp_path, f"""
- {{id: lenient, {MESSAGE}, expr: sex = 'F', action: quarantine}}
- {{id: strict, {MESSAGE}, expr: sex = 'F', action: quarantine, on_null: fail}}
""")  # fmt: skip
    walk.receive("2025-01-10", "SEX\nf\n-")
    told = results(walk)
    assert counts(told["lenient"]) == counts(told["strict"]) == (2, 1, 0, 1)
    assert walk.set_apart_or_quarantined("row reasons") == drawn("row | reasons\n3 | strict")


def test_a_definition_that_changed_keeps_both_versions_with_their_days(tmp_path: Path) -> None:
    walk = walk_with(tmp_path, f"""
- {{id: grown, {MESSAGE}, expr: age >= 14, action: quarantine, valid_to: 2024-01-01}}
- {{id: grown, version: 2, {MESSAGE}, expr: age >= 16, action: quarantine, valid_from: 2024-01-01}}
""")  # fmt: skip
    walk.receive("2025-01-10", """
        DAY        | BORN
        31.12.2023 | 01.02.2008
        01.01.2024 | 02.01.2008
        31.12.2023 | 01.02.2012
    """)  # fmt: skip
    told = results(walk)
    assert (counts(told["grown"]), counts(told["grown 2"])) == ((2, 1, 1, 0), (1, 0, 1, 0))
    assert walk.set_apart_or_quarantined("row reasons") == drawn("row | reasons\n3 | grown\n4 | grown")


def test_a_rejected_delivery_is_quarantined_slip_by_slip_and_no_other_one(tmp_path: Path) -> None:
    walk = walk_with(tmp_path, f"""
- {{id: dated, {MESSAGE}, expr: year(date) >= 2000, action: reject}}
- {{id: woman, {MESSAGE}, expr: sex = 'F', action: quarantine}}
- {{id: works, {MESSAGE}, expr: reason = 'work', action: flag}}
""")  # fmt: skip
    walk.receive(
        "2025-01-10", "DAY | SEX | REASON\n05.03.2024 | f | family\n05.03.1924 | f | work\n05.03.2024 | m | work"
    )
    walk.receive("2025-01-11", "DAY | REASON\n05.03.2024 | family")
    walk.process()
    assert walk.set_apart_or_quarantined("delivery row fate reasons") == drawn("""
        delivery | row | fate       | reasons
        1        | 2   | quarantine | dated
        1        | 3   | quarantine | dated
        1        | 4   | quarantine | woman, dated
    """)
    assert [row["delivery"] for row in walk.moves("delivery")] == ["2"]
    assert flags(walk) == drawn("delivery | row | reasons\n2 | 2 | works")


def test_a_rule_of_a_file_rejects_the_file_that_breaks_it(tmp_path: Path) -> None:
    walk = walk_with(tmp_path, f"""
- {{id: readable, scope: file, per: [delivery], {MESSAGE}, expr: refused <= 0.5 * delivered, action: reject}}
- {{id: women, scope: file, per: [delivery], count: sex = 'F', {MESSAGE}, expr: share >= 0.5, action: flag}}
""")  # fmt: skip
    walk.receive("2025-01-10", "DAY\n05.03.2024\n31.02.2024\n31.02.2024")
    walk.receive("2025-01-11", "SEX | DAY\nm | 05.03.2024\nm | 05.03.2024\nf | 31.02.2024")
    told = results(walk)
    assert (counts(told["readable"]), counts(told["women"])) == ((2, 1, 1, 0), (2, 1, 1, 0))
    assert walk.set_apart_or_quarantined("delivery reasons") == drawn("delivery | reasons\n1 | readable")
    assert [[v.value for v in example.values] for example in finding(walk, "women").examples] == [["2", "0", "0"]]


def test_a_rule_of_periods_compares_a_group_with_itself_a_year_before(tmp_path: Path) -> None:
    walk = walk_with(tmp_path, f"""
- id: steady
  scope: cross-period
  per: [destination_unit, month]
  {MESSAGE}
  when: before >= 2
  expr: n between before / 2 and before * 2
  action: flag
""")  # fmt: skip
    walk.receive("2025-01-10", "DAY | TO\n" + "\n".join(
        ["05.03.2023 | C11"] * 2 + ["05.03.2024 | C11"] * 5 + ["05.03.2023 | S11"] * 3 + ["05.03.2024 | S11"] * 3
        + ["05.04.2023 | S11"] * 2 + ["05.04.2024 | C11"]
    ))  # fmt: skip
    assert counts(results(walk)["steady"]) == (3, 1, 2, 0)
    told = [" ".join(f"{v.name}={v.value}" for v in example.values) for example in finding(walk, "steady").examples]
    assert told == [
        "destination_unit=C1 month=2024-03 n=5 before=2",
        "destination_unit=S1 month=2024-04 n=0 before=2",
    ]


def test_rules_that_share_a_scan_say_what_each_says_alone(tmp_path: Path) -> None:
    walk = walk_with(tmp_path, f"""
- {{id: few, scope: file, per: [delivery], {MESSAGE}, expr: n < 3, action: flag}}
- {{id: women, scope: file, per: [delivery], count: sex = 'F', {MESSAGE}, expr: share = 0.5, action: flag}}
- {{id: persons, scope: cross-period, per: [year], {MESSAGE}, expr: persons <= 3, action: flag}}
- {{id: grows, scope: cross-period, per: [destination_unit, year], {MESSAGE}, expr: n < before, action: flag}}
- {{id: usual, scope: cross-period, per: [sex, month], count: sex = 'F', {MESSAGE}, expr: n = typical, action: flag}}
- {{id: steady, scope: cross-period, per: [month], {MESSAGE}, expr: n = previous, action: flag}}
- {{id: burst, scope: cross-period, per: [destination, date], {MESSAGE}, expr: n < 2, action: flag}}
- {{id: same-day, scope: cross-period, per: [date], {MESSAGE}, expr: n < 3, action: flag}}
""")  # fmt: skip
    walk.receive("2025-01-10", """
        DAY        | TO  | SEX | CHILDREN
        31.12.2023 | C11 | f   | M20200201
        05.03.2024 | C11 | f   | F20210302
        05.03.2024 | C11 | m   |
        05.03.2024 | S11 | m   |
        06.04.2024 | S11 | f   |
    """)  # fmt: skip
    walk.receive("2025-01-11", "DAY | TO | SEX\n05.03.2024 | C11 | f\n07.04.2024 | C11 |")
    office, nothing = walk.line.office, EXCEPTION.empty_table()
    tables = {"registrations": office.registrations, "deliveries": office.counting_deliveries()}
    tables["territory"] = office.territory
    rules = office.profile.rules.of_groups()
    assert [[rule.id for rule in family] for family in families(rules)] == [
        ["few", "women", "persons", "grows", "usual", "steady"], ["burst", "same-day"],
    ]  # fmt: skip
    together = judge_groups(office, tables, nothing)
    alone = [judge_groups(office, tables, nothing, [rule]) for rule in rules]
    assert sorted(together.results, key=str) == sorted((result for one in alone for result in one.results), key=str)
    assert together.examples == {rule: shown for one in alone for rule, shown in one.examples.items()}
    assert all(result.fails for result in together.results)


def test_a_rule_of_periods_knows_what_is_usual(tmp_path: Path) -> None:
    walk = walk_with(tmp_path, f"""
- {{id: burst, scope: cross-period, per: [destination, date], {MESSAGE}, expr: n <= 3 * typical, action: flag}}
""")  # fmt: skip
    walk.receive("2025-01-10", "DAY | TO\n" + "\n".join(
        [f"{day:02}.03.2024 | C11" for day in range(1, 8)] + ["08.03.2024 | C11"] * 4 + ["08.03.2024 | S11"] * 9
    ))  # fmt: skip
    assert counts(results(walk)["burst"]) == (9, 8, 1, 0)
    (example,) = finding(walk, "burst").examples
    assert [v.value for v in example.values] == ["C11", "2024-03-08", "4", "1"]


def test_a_rule_of_tables_compares_with_what_was_published_last(tmp_path: Path) -> None:
    walk = walk_with(tmp_path, f"""
- id: vintage
  scope: cross-table
  per: [destination_unit, year]
  count: origin_inside and destination_inside
  published: {{table: internal-by-region, measure: arrivals, by: {{area: destination_unit, period: year}}}}
  {MESSAGE}
  when: published is not null
  expr: persons = published
  action: flag
""")  # fmt: skip
    walk.receive(
        "2025-01-10", "DAY | FROM | TO | CHILDREN\n05.03.2024 | N11 | C11 | M20150306\n05.03.2024 | N11 | S11 |"
    )
    assert counts(results(walk)["vintage"]) == (0, 0, 0, 0)
    _publish(walk, {"C1": 2, "S1": 5})
    assert counts(results(walk)["vintage"]) == (2, 1, 1, 0)
    (example,) = finding(walk, "vintage").examples
    assert [(v.name, v.value) for v in example.values] == [
        ("destination_unit", "S1"), ("year", "2024"), ("n", "1"), ("persons", "1"), ("published", "5"),
    ]  # fmt: skip


def test_a_released_table_that_is_missing_breaks_the_rule_and_not_the_data(tmp_path: Path) -> None:
    walk = walk_with(tmp_path, f"""
- id: vintage
  scope: cross-table
  per: [year]
  published: {{table: external-by-year, measure: arrivals, by: {{period: year}}}}
  {MESSAGE}
  expr: persons = published
  action: flag
""")  # fmt: skip
    walk.receive("2025-01-10", "DAY\n05.03.2024")
    walk.process()
    _publish(walk, {"C1": 2})
    told = results(walk)["vintage"]
    assert counts(told) == (0, 0, 0, 0)
    assert told.broken == "No published release has arrivals in the table external-by-year."


def test_a_rule_that_breaks_is_reported_with_its_error_and_the_others_judge(tmp_path: Path) -> None:
    walk = walk_with(tmp_path, f"""
- {{id: future, {MESSAGE}, expr: date <= received, action: quarantine}}
- {{id: numbered, {MESSAGE}, expr: cast(ethnicity as integer) > 3, action: quarantine}}
- {{id: woman, {MESSAGE}, expr: sex = 'F', action: flag}}
- {{id: late, scope: file, per: [delivery], count: cast(reason as integer) = 1, {MESSAGE}, expr: n = 0, action: flag}}
""")  # fmt: skip
    walk.receive("2025-01-10", "DAY | SEX\n05.03.2024 | f\n05.03.2025 | m")
    outcome = walk.line.process()
    told = {result.rule: result for result in outcome.data}
    assert {rule for rule, result in told.items() if result.broken} == {"numbered", "late"}
    assert "Could not convert" in told["numbered"].broken
    assert counts(told["numbered"]) == (0, 0, 0, 0)
    assert (counts(told["future"]), counts(told["woman"])) == ((2, 1, 1, 0), (2, 1, 1, 0))
    assert walk.set_apart_or_quarantined("row reasons") == drawn("row | reasons\n3 | future")
    assert [f.where for f in outcome.findings if "itself broke" in f.what] == ["rules, numbered", "rules, late"]
    assert findings_of(walk.line.office)[0].broken


def test_a_rule_is_not_applicable_to_a_layout_that_does_not_state_what_it_names(tmp_path: Path) -> None:
    walk = walk_with(tmp_path, f"""
- {{id: person-stated, {MESSAGE}, expr: person is not null, action: flag}}
- {{id: grown, {MESSAGE}, expr: age >= 14, action: flag}}
- {{id: no-child, {MESSAGE}, expr: children_count = 0, action: flag}}
""")  # fmt: skip
    walk.receive("2025-01-10", "202403051 34N12", layout="ledger")
    walk.receive("2025-01-10", "PERSON\nann\n-")
    told = results(walk)
    assert counts(told["person-stated"]) == (2, 1, 1, 0)
    assert counts(told["grown"]) == (3, 3, 0, 0)
    assert counts(told["no-child"]) == (2, 2, 0, 0)


def test_examples_show_where_a_slip_stands_and_what_the_rule_names_but_no_identifier(tmp_path: Path) -> None:
    walk = walk_with(tmp_path, f"""
- {{id: nobody, {MESSAGE}, expr: person is null and sex = 'M' and origin_unit = 'S1', action: flag}}
""")  # fmt: skip
    walk.receive("2025-01-10", "PERSON | SEX\n" + "ann | f\n" * 7)
    walk.process()
    found = finding(walk, "nobody")
    assert (found.fails, len(found.examples)) == (7, 5)
    first = found.examples[0]
    assert (first.delivery, first.row) == (1, 2)
    # What is looked up stands beside that by which it is: the code and the day.
    assert [(v.name, v.value) for v in first.values] == [
        ("date", "2024-03-05"), ("sex", "F"), ("origin", "N11"), ("origin_unit", "N1"),
    ]  # fmt: skip


@pytest.mark.parametrize("severity", ["error", "warning", "info"])
def test_findings_keep_the_counts_of_the_run(tmp_path: Path, severity: str) -> None:
    walk = walk_with(tmp_path, f"- {{id: woman, {MESSAGE}, expr: sex = 'F', action: flag, severity: {severity}}}")
    walk.receive("2025-01-10", "SEX\nf\nm\n-")
    walk.process()
    found = finding(walk, "woman")
    assert (found.items, found.passes, found.fails, found.missing) == (3, 1, 1, 1)
    assert (found.severity, found.message["es"]) == (severity, "Está mal.")


def _publish(walk: Walk, arrivals: dict[str, int]) -> None:
    """A published release that holds arrivals of 2024 by region and nothing else."""
    workspace = walk.line.office.workspace
    folder = workspace.published / walk.line.office.profile.id / "2024"
    cells = [
        {"area": area, "period": "2024", "measure": "arrivals", "value": value, "obs_status": "A", "conf_status": "F",
         "data_status": "invented"}
        for area, value in arrivals.items()
    ]  # fmt: skip
    table = {"id": "internal-by-region", "observations": cells}
    name = "files/mini-2024-internal-by-region-en-0123456789ab.json"
    (folder / "0123456789ab" / "files").mkdir(parents=True)
    (folder / "0123456789ab" / name).write_bytes(msgspec.json.encode(table))
    facts = {
        "profile": walk.line.office.profile.id, "period": "2024", "vintage": "0123456789ab", "published": "2025-03-12",
        "next": "2026-03-12", "cut_offs": {}, "synthetic": True, "profile_hash": "", "code_version": "",
    }  # fmt: skip
    release = {"facts": facts, "titles": {}, "files": {name: ""}}
    (folder / "0123456789ab" / "release.json").write_bytes(msgspec.json.encode(release))
    (folder / "status.json").write_bytes(b'{"current": "0123456789ab"}')
