"""Commands of rules: they are listed, what they found is shown, and changed ones are tried without a trace."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import pytest

from qonys.country.loading import load_profile, shipped_profiles
from qonys.evaluate.findings import (
    Example,
    RuleFinding,
    Value,
    findings_csv,
    findings_page,
    words_in,
    worst_first,
)
from spec.command_line import qonys
from spec.drawn_slips import Walk

CHANGED = """
rules:
  - id: age-range
    version: 2
    message: {en: Too old., es: Demasiado mayor.}
    expr: age between 0 and 40
    action: quarantine
  - id: born-after
    version: 2
    message: {en: Born later., es: Nació después.}
    expr: birth_date <= date or birth_date is null or true
    action: quarantine
"""


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Commands of rules change nothing, so one is enough."""
    walk = Walk(tmp_path_factory.mktemp("walk"))
    walk.receive("2025-01-10", """
        DAY        | BORN       | SEX | TO
        05.03.2024 | 01.02.1990 | f   | C11
        06.03.2024 | 01.02.1980 | f   | C11
        07.03.2024 | 08.03.2024 | m   | S11
        05.04.2024 | 01.02.1980 | f   | C11
    """)  # fmt: skip
    walk.process()
    return walk


def _workspace(walk: Walk) -> Path:
    return walk.line.office.workspace.folder


def _finding(rule: str, severity: str = "error", fails: int = 0, broken: str = "") -> RuleFinding:
    example = Example(1, 7, (Value("age", "130"), Value("note", "<b>&</b>"), Value("sex", None)))
    return RuleFinding(
        rule, 1, "record", severity, "flag", {"en": f"{rule} is <wrong>.", "es": f"{rule} está mal."}, 10, 10 - fails,
        fails, 0, broken, (example,) if fails else (),
    )  # fmt: skip


def test_the_worst_stand_first() -> None:
    found = [
        _finding("sound"), _finding("many-warnings", "warning", 9), _finding("few-errors", "error", 1),
        _finding("many-errors", "error", 5), _finding("broke", "info", 0, "no such column"),
    ]  # fmt: skip
    assert [f.rule for f in worst_first(found)] == ["broke", "many-errors", "few-errors", "many-warnings", "sound"]


def test_the_page_says_what_broke_and_hides_no_markup_in_values() -> None:
    found = [_finding("old", "error", 3), _finding("sound"), _finding("broke", "error", 0, "no such column")]
    page = findings_page(found, profile="Ardal", day="2025-03-01", language="es")
    assert '<html lang="es">' in page
    for said in ("old está mal.", "entrega 1, fila 7: age = 130", "sex = no consta", "no such column", "2025-03-01"):
        assert said in page
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in page
    assert "<b>&</b>" not in page
    assert "1 reglas que nada incumple" in page


def test_a_language_without_words_gets_english_ones_and_every_profile_has_its_own() -> None:
    assert words_in("xx") == words_in("en")
    languages = {language for name in shipped_profiles() for language in load_profile(name).languages}
    assert all(words_in(language).keys() == words_in("en").keys() for language in languages)
    assert len({words_in(language)["title"] for language in languages}) == len(languages)


def test_the_csv_file_has_a_row_an_example() -> None:
    rows = list(csv.DictReader(io.StringIO(findings_csv([_finding("old", "error", 3), _finding("x")], "en").decode())))
    assert [(r["rule"], r["fails"], r["delivery"], r["row"], r["values"]) for r in rows] == [
        ("old", "3", "1", "7", "age = 130, note = <b>&</b>, sex = "),
        ("x", "0", "", "", ""),
    ]


def test_findings_are_shown_and_written(walk: Walk, tmp_path: Path) -> None:
    ran = qonys("findings", "-w", _workspace(walk))
    assert ran.code == 0
    assert "The person was born after the move." in ran.said
    assert "born-after: delivery 1, row 4: date = 2024-03-07, birth_date = 2024-03-08" in ran.said
    by_rule = {found["rule"]: found for found in qonys("findings", "-w", _workspace(walk), "--json").json["findings"]}
    assert (by_rule["born-after"]["fails"], by_rule["born-after"]["items"]) == (1, 4)
    html, table = tmp_path / "f.html", tmp_path / "f.csv"
    written = qonys("findings", "-w", _workspace(walk), "--html", html, "--csv", table, "--language", "es")
    assert written.code == 0
    assert "La persona nació después del traslado." in html.read_text(encoding="utf-8")
    assert "La persona nació después del traslado." in table.read_text(encoding="utf-8")


def test_what_a_redelivery_mended_is_found_no_longer(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    born_after = "DAY | BORN\n07.03.2024 | 08.03.2024\n08.03.2024 | 01.02.1990"
    walk.receive("2025-01-10", born_after)
    walk.receive("2025-01-20", "DAY | BORN\n07.03.2024 | 08.03.1994\n08.03.2024 | 01.02.1990", replaces=1)
    walk.process()
    found = qonys("findings", "--workspace", _workspace(walk), "--json").json["findings"]
    (of_rule,) = [finding for finding in found if finding["rule"] == "born-after"]
    assert (of_rule["items"], of_rule["fails"], of_rule["examples"]) == (2, 0, [])
    assert [row["fate"] for row in walk.set_apart_or_quarantined("delivery fate")][:1] == ["quarantine"], (
        "as of earlier"
    )
    changed = tmp_path / "rules.yaml"
    changed.write_text(CHANGED, encoding="utf-8")
    tried = qonys("rules", "try", changed, "--month", "2024-03", "--workspace", _workspace(walk), "--json").json
    assert tried["slips"] == 2


def test_findings_need_a_processed_register_and_a_language_of_the_profile(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    none = qonys("findings", "-w", _workspace(walk))
    assert (none.code, "Run `qonys process` first." in none.said) == (6, True)
    assert qonys("rules", "--profile", "mini", "--language", "kk").code == 6


def test_rules_are_listed_with_every_field() -> None:
    listed = qonys("rules", "--profile", "kz", "--json").json["rules"]
    assert len(listed) >= 40
    assert all(set(rule["message"]) >= {"kk", "ru", "en"} and rule["source"] for rule in listed)
    assert {rule["scope"] for rule in listed} == {"record", "file", "cross-period", "cross-table"}
    assert "Талон исправляет сам себя." in qonys("rules", "--profile", "kz", "--language", "ru").said


def test_a_changed_rule_is_tried_on_a_month_and_nothing_is_written(walk: Walk, tmp_path: Path) -> None:
    file = tmp_path / "changed.yaml"
    file.write_text(CHANGED, encoding="utf-8")
    before = _state_of(_workspace(walk))
    trial = qonys("rules", "try", file, "--month", "2024-03", "-w", _workspace(walk), "--json").json
    assert _state_of(_workspace(walk)) == before
    assert (trial["month"], trial["slips"]) == ("2024-03", 3)
    rules = {one["rule"]: one for one in trial["rules"]}
    assert (rules["age-range"]["newly_failing"], rules["age-range"]["no_longer_failing"]) == (1, 0)
    assert rules["age-range"]["newly_examples"] == [
        {"delivery": 1, "row": 3, "values": [{"name": "age", "value": "44"}]}
    ]
    assert (rules["born-after"]["newly_failing"], rules["born-after"]["no_longer_failing"]) == (0, 1)
    assert trial["regions"] == [
        {"region": "C1", "arrivals_gained": 0, "arrivals_lost": 1, "departures_gained": 0, "departures_lost": 0},
        {"region": "N1", "arrivals_gained": 0, "arrivals_lost": 0, "departures_gained": 1, "departures_lost": 1},
        {"region": "S1", "arrivals_gained": 1, "arrivals_lost": 0, "departures_gained": 0, "departures_lost": 0},
    ]
    said = qonys("rules", "try", file, "--month", "2024-03", "-w", _workspace(walk)).said
    assert "age-range, newly failing: delivery 1, row 3: age = 44" in said


@pytest.mark.parametrize(
    ("rules", "month", "code", "told"),
    [
        (CHANGED, "2024-13", 4, "is not a period"),
        (CHANGED, "2024", 6, "is no month"),
        (CHANGED, "2019-01", 6, "No slip of 2019-01"),
        (CHANGED.replace("0 and 40", "0 and stature"), "2024-03", 5, "there is no stature"),
        (CHANGED.replace("quarantine", "destroy"), "2024-03", 5, "Invalid enum value"),
        (CHANGED + CHANGED.split("rules:")[1], "2024-03", 5, "stands twice for the same days"),
    ],
)
def test_what_cannot_be_tried_is_told(walk: Walk, tmp_path: Path, rules: str, month: str, code: int, told: str) -> None:
    file = tmp_path / "changed.yaml"
    file.write_text(rules, encoding="utf-8")
    ran = qonys("rules", "try", file, "--month", month, "-w", _workspace(walk))
    assert ran.code == code
    assert told in ran.said


def _state_of(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
