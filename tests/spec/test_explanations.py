"""Every published figure can be explained to the office: the query gives it, the way from the slips to it sums."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import msgspec
import pytest

from qonys.concepts.period import Period
from qonys.datasets.explanation import SIDES, Change, Step, Waterfall, fail_if_steps_do_not_sum
from qonys.errors import StatisticianError
from qonys.process.standing import PRECEDENCE
from qonys.production.explaining import ExplainedRelease, explain
from qonys.production.slips_counted import slip_steps
from spec.command_line import qonys
from spec.drawn_slips import Rows, Walk, drawn
from spec.explained_cells import every_explanation, explained_tables, fail_unless_it_sums, rounding
from spec.reviewed_slips import ReviewedWalk
from walked_line import WalkedLine

YEAR = Period(2024)
PINNED = {"clean/moves", "clean/exceptions", "statistics/flows"}


def test_every_published_cell_is_explained_and_its_way_from_the_slips_sums(walked: WalkedLine) -> None:
    made: dict[str, int] = {}
    for table in explained_tables(walked.line.office, YEAR):
        for told in every_explanation(table):
            made[told.made] = made.get(told.made, 0) + 1
            for waterfall in told.waterfalls:
                fail_unless_it_sums(waterfall)
                assert waterfall.steps[0].count == rows_received_by(walked, told.versions["data_cut_off"])
            if told.made in ("counted", "computed"):
                assert told.waterfalls and told.sql and told.exact is not None and set(told.versions) >= PINNED
            if told.made == "absent":
                assert told.why_absent
            if told.made == "taken":
                assert told.references["source"] and not told.waterfalls
    assert made["counted"] > 200 and made["computed"] > 20 and made["taken"] and made["absent"]


def rows_received_by(walked: WalkedLine, day: str) -> int:
    return sum(r.rows for r in walked.line.office.store.receipts() if r.received.isoformat() <= day)


def test_the_last_step_is_the_exact_count_and_what_is_published_exact_is_that(walked: WalkedLine) -> None:
    for table in explained_tables(walked.line.office, YEAR):
        for told in every_explanation(table):
            sides = {waterfall.side: waterfall.last for waterfall in told.waterfalls}
            if told.made == "counted":
                arrivals, departures = sides.get("arrivals", 0), sides.get("departures", 0)
                expected = {"net": arrivals - departures, "turnover": arrivals + departures, **sides}
                assert told.exact == expected[told.measure]
            if told.method == "exact" and told.published is not None and told.exact is not None:
                assert told.published == pytest.approx(told.exact, abs=rounding(table.published, told.measure))


def test_the_statement_gives_the_cell_on_the_pinned_state(walked: WalkedLine) -> None:
    run = 0
    for table in explained_tables(walked.line.office, YEAR):
        for told in list(every_explanation(table))[::3]:
            if told.sql:
                assert table.run(told.sql) == pytest.approx(told.exact)
                run += 1
    assert run > 80


def test_an_explanation_holds_no_record_no_identifier_and_no_key(walked: WalkedLine, simulated: Path) -> None:
    office = walked.line.office
    told = msgspec.json.encode([list(every_explanation(table)) for table in explained_tables(office, YEAR)]).decode()
    assert "key_high" not in told and "record_key" not in told
    rows = office.engine.run(
        "select distinct cast(record_key as varchar) as k from m limit 20000", m=office.store.files("clean/moves")
    )
    words = set(re.findall(r"\w+", told))
    assert not words & {row["k"] for row in rows.to_pylist() if len(row["k"]) > 8}
    delivered = "\n".join(path.read_text("utf-8") for path in sorted(simulated.rglob("*.csv")))
    identifiers = {word for word in re.findall(r"\w+", delivered) if len(word) > 9 and any(map(str.isdigit, word))}
    assert len(identifiers) > 1000
    assert not words & identifiers


def test_the_slips_of_a_data_cut_off_are_told_by_their_reasons(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", """
        SLIP | PERSON | DAY        | TYPE | FROM | TO  | CHILDREN
        s1   | ann    | 05.03.2024 | 1    | N11  | C11 | F20200201
        s2   | ann    | 05.03.2024 | 1    | N11  | C11 |
        s3   | bob    | nonsense   | 1    | N11  | C11 |
        s4   | cat    | 05.03.2026 | 1    | N11  | C11 |
        s5   | dan    | 05.03.2024 | 3    | N11  | N11 |
        s6   | eve    | 05.03.2024 | 1    | N11  | C11 |
    """)  # fmt: skip
    walk.receive("2025-02-10", "SLIP | CORRECTS | PERSON | FROM | TO\ns7 | s6 | eve | N11 | S11")
    walk.process()
    assert steps(walk, "2025-01-31") == drawn("""
        step       | count | changes
        read       | 6     |
        taken      | 5     | field:date -1
        sound      | 4     | rule:future -1
        migrations | 3     | rule:not-a-move + same-place -1
        standing   | 2     | beside:duplicate -1
        merged     | 2     |
        counting   | 2     |
        moved      | 2     |
        moves      | 3     | accompanying: +1
    """)
    assert steps(walk, "2025-02-28")[4:] == drawn("""
        step       | count | changes
        standing   | 2     | beside:corrected -1, beside:duplicate -1
        merged     | 2     |
        counting   | 2     |
        moved      | 2     |
        moves      | 3     | accompanying: +1
    """)

    assert steps(walk, "2024-12-31") == steps(walk, "2024-12-31", "2025-01-31", "2025-02-28")
    assert steps(walk, "2025-01-31") == steps(walk, "2025-01-31", "2025-02-28", "2024-12-31")
    assert {step["count"] for step in steps(walk, "2024-12-31")} == {"0"}


def steps(walk: Walk, day: str, *others: str) -> Rows:
    """The steps of a data cut-off, where those of others are asked for with them."""
    office = walk.line.office
    versions = {state: office.store.version(state) or 0 for state in ("clean/moves", "clean/exceptions")}
    days = [date.fromisoformat(one) for one in (day, *others)]
    found = slip_steps(office, days, office.store.receipts(), versions)[days[0]]
    return [
        {"step": s.id, "count": f"{s.count:g}",
         "changes": ", ".join(f"{c.reason if ':' in c.reason else c.reason + ':'} {c.count:+g}" for c in s.changes)}
        for s in found
    ]  # fmt: skip


def test_a_slip_that_stands_nowhere_or_twice_is_told_as_a_defect() -> None:
    whole = Waterfall((Step("read", 3), Step("taken", 2, (Change("field:date", -1),))))
    fail_if_steps_do_not_sum(whole, 2, "here")
    with pytest.raises(StatisticianError, match="ends with 2, counted are 3"):
        fail_if_steps_do_not_sum(whole, 3, "here")
    with pytest.raises(StatisticianError, match="the step “taken” is 2, not 3"):
        fail_if_steps_do_not_sum(Waterfall((Step("read", 3), Step("taken", 2))), 2, "here")


KNOWN_ERROR = """
corrections:
  - id: school-of-march
    field: education
    old: "2"
    new: "1"
    reason: OTHER_SOURCE
    source: Letter of the office of registration
    author: A. Clerk
    date: 2025-01-12
"""


def test_what_touched_the_slips_of_a_cell_is_told_as_counts_by_rule_and_by_reason(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, corrections=KNOWN_ERROR)
    walk.receive("2025-01-10", """
        PERSON | DAY        | BORN       | FROM | TO  | SCHOOL | REASON
        ann    | 05.03.2024 | 01.02.1990 | XC   | C11 | 2      | work
        bob    | 05.03.2024 | 01.02.1930 | XC   | C11 | 3      | work
        cat    | 05.03.2024 | 01.02.1991 | N11  | C11 | 2      | work
        dan    | 05.03.2023 | 01.02.1991 | N11  | C11 | 3      | work
        eve    | 06.03.2024 | 01.02.1992 | XC   | C11 | 3      | work
    """)  # fmt: skip
    walk.process()
    walk.line.tabulate()
    walk.line.build(YEAR)
    told = explain(walk.line.office, YEAR, "external-by-year.arrivals", {}).explanation
    assert told.exact == 3
    assert [(t.how, t.what, t.field, t.arrivals) for t in told.touched] == [
        ("flagged", "work-in-old-age", "", 1),
        ("corrected", "school-of-march", "education", 1),
    ]


def test_the_command_tells_it_in_words_with_the_statement_and_the_versions(walked: WalkedLine) -> None:
    folder = walked.line.office.workspace.folder
    said = qonys("explain", "2024", "external-by-country.net", "--at", "partner=XC,year=2024", "--workspace", folder)
    assert said.code == 0
    for text in (
        "Slips read",
        "Moves, that is persons",
        "In the period",
        "Counted from slips.",
        "GROUPING SETS",
        "statistics/flows",
    ):
        assert text in said.out
    in_spanish = qonys("explain", "2024", "external-by-year.net", "--language", "es", "--workspace", folder)
    assert "Boletines leídos" in in_spanish.out
    as_json = json.loads(qonys("explain", "2024", "external-by-year.net", "--json", "--workspace", folder).out)
    assert [w["side"] for w in as_json["explanation"]["waterfalls"]] == list(SIDES)


def test_a_stream_alone_means_its_table_by_year(walked: WalkedLine) -> None:
    folder = walked.line.office.workspace.folder
    named = ("external.arrivals", "external-by-year.arrivals")
    short, long = (qonys("explain", "2024", figure, "--workspace", folder) for figure in named)
    assert short.code == 0
    assert short.out == long.out


def test_a_protected_cell_tells_the_office_both_values(walked: WalkedLine) -> None:
    (table,) = (t for t in explained_tables(walked.line.office, YEAR) if t.design.id == "origin-destination")
    told = list(every_explanation(table))
    assert {one.method for one in told} == {"additive"}
    assert all(one.exact is not None and one.published is not None for one in told)


@pytest.mark.parametrize(
    ("figure", "at", "words"),
    [
        ("extern.arrivals", "", "has no table “extern”.*Did you mean external-by-year"),
        ("external-by-year.arrival", "", "has no measure “arrival”.*Did you mean arrivals"),
        ("external-by-year", "", "Say which measure of external-by-year is meant"),
        ("external-by-country.net", "partnr=XC", "has no dimension “partnr”.*Did you mean partner"),
        ("external-by-country.net", "partner=XQ", "has no “XQ” in “partner”.*There are: "),
        ("external-by-country.net", "partner", "“partner” says no place in a table"),
        ("internal-by-month.net", "area=C1", "has no total over “period”.*--at period="),
    ],
)
def test_what_there_is_not_is_told_with_what_is_near(walked: WalkedLine, figure: str, at: str, words: str) -> None:
    said = qonys("explain", "2024", figure, "--at", at, "--workspace", walked.line.office.workspace.folder)
    assert said.code == 4
    assert re.search(words, said.said, re.DOTALL)


def test_a_release_that_was_not_built_and_a_vintage_that_there_is_not_are_told(walked: WalkedLine) -> None:
    folder = walked.line.office.workspace.folder
    assert qonys("explain", "2023", "external-by-year.net", "--workspace", folder).code == 6
    said = qonys("explain", "2024", "external-by-year.net", "--vintage", "ffff", "--workspace", folder)
    assert said.code == 6 and "It has: " in said.said


def test_what_is_explained_is_the_pinned_state_whatever_came_later(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2025-01-10", "PERSON | FROM | TO\nann | XC | C11\nbob | XC | C11\ncat | XC | C11\nzoe | N11 | C11")
    walk.process()
    walk.line.tabulate()
    walk.line.build(YEAR)
    before = explain(walk.line.office, YEAR, "external-by-year.arrivals", {}).explanation
    walk.receive("2025-03-10", "PERSON | FROM | TO\ndan | XC | C11")
    walk.process()
    walk.line.tabulate()
    after = explain(walk.line.office, YEAR, "external-by-year.arrivals", {}).explanation
    assert (before.exact, before.waterfalls) == (after.exact, after.waterfalls) and before.exact == 3


@pytest.mark.parametrize("file", ["record.json", "bundle/release.json", "bundle/files/*-external-by-year-en-*.json"])
def test_a_file_of_the_release_that_is_cut_off_is_told_without_a_traceback(
    walked: WalkedLine, tmp_path: Path, file: str
) -> None:
    folder = tmp_path / "workspace"
    shutil.copytree(walked.line.office.workspace.folder, folder)
    for path in (folder / "releases" / "2024").glob(f"*/{file}"):
        path.write_bytes(path.read_bytes()[:50])
    said = qonys("explain", "2024", "external-by-year.net", "--workspace", folder)
    assert said.code == 6 and "cannot be read" in said.said and "Traceback" not in said.said


def test_another_profile_than_that_of_the_release_is_refused(tmp_path: Path) -> None:
    walk = ReviewedWalk(tmp_path, corrections="corrections: []\n")
    walk.receive("2025-01-10", "PERSON | FROM | TO\nann | XC | C11\nzoe | N11 | C11")
    walk.process()
    walk.line.tabulate()
    walk.line.build(YEAR)
    profile = walk.line.office.profile.folder / "corrections" / "more.yaml"
    profile.write_text("corrections: []\n", encoding="utf-8")
    with pytest.raises(StatisticianError, match="not the one that the release was built with"):
        ExplainedRelease.of(fresh(walk), YEAR)


def fresh(walk: Walk):
    import dataclasses

    return dataclasses.replace(walk.line.office)


def test_every_reason_beside_other_slips_has_a_word_in_every_language() -> None:
    from qonys.disseminate.words import shipped_words

    for language in ("kk", "ru", "en", "es"):
        words = shipped_words(language)
        assert [reason for reason in PRECEDENCE if f"how.reason.{reason}" not in words] == []
