"""The quality report of a release: what is counted in the register, what stands in its files, in every language."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from qonys.concepts.period import Period
from qonys.concepts.quality import CONCEPTS, QUALITY_MEASURES, SIMS, SIMS_SOURCE
from qonys.country.loading import SHIPPED, load_profile
from qonys.datasets.quality import FieldCounts
from qonys.disseminate.quality_texts import concepts_without_text
from qonys.errors import ProfileError
from qonys.process.standing import PRECEDENCE
from qonys.production.quality_counting import register_counts
from spec.drawn_slips import Walk
from walked_line import WalkedLine

LANGUAGES = ("en", "es", "kk", "ru")
WORDS = Path(__file__).parents[2] / "src" / "qonys" / "disseminate" / "languages" / "quality"
REASONS_IN_CODE = Path(__file__).parents[2] / "src" / "qonys" / "evaluate" / "quality"


def report_of(walked: WalkedLine, language: str = "en") -> dict[str, Any]:
    (path,) = Path(walked.built.folder).glob(f"bundle/files/mini-2024-quality-{language}-*.json")
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def measures_of(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in report["report"] if entry["kind"] == "measure"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_file_is_a_flat_list_in_the_order_of_sims(walked: WalkedLine, language: str) -> None:
    report = report_of(walked, language)
    assert (report["id"], report["source"], report["language"]) == ("quality", SIMS_SOURCE, language)
    order = list(CONCEPTS)
    places = [order.index(entry["code"]) for entry in report["report"]]
    assert places == sorted(places) and set(places) == set(range(len(order)))
    for entry in report["report"]:
        needed = {"group": set(), "text": {"text"}, "measure": {"measure", "value", "unit", "why", "of", "source"}}
        assert needed[entry["kind"]] <= entry.keys() and entry["name"]
        assert entry["concept"] == (CONCEPTS[entry["code"]].sdmx or None)


def test_every_measure_has_a_value_or_a_reason_and_is_said(walked: WalkedLine) -> None:
    measures = measures_of(report_of(walked))
    assert {entry["measure"] for entry in measures} == set(QUALITY_MEASURES)
    assert all((entry["value"] is None) == (entry["why"] is not None) for entry in measures)
    assert all(entry["said"] and entry["formula"] and entry["source"] for entry in measures)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_has_an_anchor_a_concept_and_says_what_the_file_says(walked: WalkedLine, language: str) -> None:
    page = (Path(walked.built.folder) / "bundle" / language / "quality.html").read_text(encoding="utf-8")
    assert [c.code for c in SIMS if page.count(f'<section id="{c.code}"') != 1] == []
    for entry in measures_of(report_of(walked, language)):
        assert entry["said"].replace("&", "&amp;").replace("\xa0", " ") in page.replace("\xa0", " "), entry


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_release_page_links_the_report_and_shows_the_main_measures(walked: WalkedLine, language: str) -> None:
    page = (Path(walked.built.folder) / "bundle" / language / "index.html").read_text(encoding="utf-8")
    brief = page[page.index('<section id="quality"') :]
    main = [one for one in QUALITY_MEASURES.values() if one.main]
    assert [one.id for one in main if f'href="quality.html#{one.concept}"' not in brief] == []


def test_what_came_after_the_cut_off_changes_no_measure(walked: WalkedLine, tmp_path: Path) -> None:
    office, day = walked.line.office, date(2025, 1, 31)
    before = register_counts(office, Period(2024), day)
    later = register_counts(office, Period(2024), date(2025, 2, 28))
    assert before.slips.delivered < later.slips.delivered, "the corrections came in February"
    assert before.slips.reasons.get("corrected", 0) == 0 < later.slips.reasons["corrected"]


SLIPS = """
    SLIP | PERSON | DAY        | FROM | TO  | TYPE | SEX | GROUP | SCHOOL | BORN       | CHILDREN
    1    | ann    | 05.03.2024 | N11  | C11 | 1    | f   | ard   | 2      | 01.02.1990 |
    2    | bob    | 06.03.2024 | N11  | C11 | 1    | m   |       | 2      | 01.02.1990 |
    3    | bob    | 06.03.2024 | N11  | C11 | 1    | m   |       | 2      | 01.02.1990 |
    4    | cid    | 07.03.2024 | N11  | N11 | 2    | m   | ard   | 2      | 01.02.1990 |
    5    | dot    | 08.04.2024 | XB   | C11 | 1    | f   | ard   |        | 01.02.1990 |
    6    | eve    | 09.04.2024 | C11  | XB  | 1    | f   | ard   |        | 01.02.2020 |
    7    | fay    | 10.04.2025 | C11  | N11 | 1    | f   | ard   | 2      | 01.02.1990 |
    8    | gil    | 99.99.2024 | C11  | N11 | 1    | f   | ard   | 2      | 01.02.1990 |
"""


def test_slips_fields_and_lags_are_counted_as_drawn(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    walk.receive("2024-05-10", SLIPS)
    walk.receive("2024-09-10", "SLIP | PERSON | DAY        | FROM | TO\n9 | hal | 11.04.2024 | N11 | S11")
    walk.process()
    counts = register_counts(walk.line.office, Period(2024), date(2024, 6, 30))
    slips = counts.slips
    assert (slips.delivered, slips.moved, slips.over_covering, slips.quarantined, slips.refused) == (6, 4, 2, 0, 0)
    assert slips.reasons == {"duplicate": 1, "not-a-move": 1, "same-place": 1}
    assert counts.lags == {2: 2, 1: 2}
    fields = {one.field: one for one in counts.fields}
    assert fields["ethnicity"] == FieldCounts("ethnicity", 4, 1, 0)
    assert fields["education"] == FieldCounts("education", 3, 1, 0), "eve is a child and is not asked"
    assert fields["origin_locality"].applicable == 3, "dot came from abroad"
    assert not fields["marital"].asked
    of_2025 = register_counts(walk.line.office, Period(2025), date(2025, 12, 31)).slips
    assert (of_2025.delivered, of_2025.quarantined) == (0, 0), "a mistyped date opens no year"
    later = register_counts(walk.line.office, Period(2024), date(2024, 9, 30))
    assert (later.slips.delivered, later.lags) == (7, {2: 2, 1: 2, 5: 1})


@pytest.mark.parametrize("name", ["mini", "kz", "es"])
def test_a_shipped_profile_says_something_of_every_concept_in_every_language(name: str) -> None:
    assert concepts_without_text(load_profile(name)) == {}


def test_words_of_the_report_are_the_same_in_every_language_and_cover_concepts_measures_and_reasons() -> None:
    words = {
        language: yaml.safe_load((WORDS / f"{language}.yaml").read_text(encoding="utf-8")) for language in LANGUAGES
    }
    assert [language for language in LANGUAGES if words[language].keys() != words["en"].keys()] == []
    needed = {f"sims.{concept.code}" for concept in SIMS}
    needed |= {f"{what}.{one}" for one in QUALITY_MEASURES for what in ("measure", "formula")}
    needed |= {f"reason.{reason}" for reason in (*PRECEDENCE, "left-out")}
    assert needed - words["en"].keys() == set()
    code = "".join(path.read_text(encoding="utf-8") for path in REASONS_IN_CODE.glob("*.py"))
    reasons = [key.removeprefix("why.") for key in words["en"] if key.startswith("why.")]
    assert [reason for reason in reasons if f'"{reason}"' not in code] == [], "a reason that nothing gives"


def copied(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED / "mini", tmp_path / "mini")
    return tmp_path / "mini"


def test_a_text_that_lacks_a_language_is_told_with_its_concept(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    path = folder / "texts" / "es" / "quality.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("S.6.1:", "S.6.99:"), encoding="utf-8")
    with pytest.raises(ProfileError, match=r"S\.6\.1: the text is missing"):
        load_profile(str(folder))


@pytest.mark.parametrize(("code", "told"), [("S.6.99", "is no concept of SIMS"), ("S.13.2.1", "has no text")])
def test_a_text_of_what_takes_none_is_told(tmp_path: Path, code: str, told: str) -> None:
    folder = copied(tmp_path)
    for language in ("en", "es"):
        path = folder / "texts" / language / "quality.yaml"
        path.write_text(path.read_text(encoding="utf-8") + f"{code}: something\n", encoding="utf-8")
    with pytest.raises(ProfileError, match=told):
        load_profile(str(folder))


def test_without_texts_the_report_says_so_and_the_check_lists_the_concepts(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    for language in ("en", "es"):
        (folder / "texts" / language / "quality.yaml").unlink()
    missing = concepts_without_text(load_profile(str(folder)))
    assert missing["S.6.1"] == ("en", "es") and "S.1.1" not in missing


def test_a_mirror_of_an_unknown_country_or_given_twice_is_told(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    path = folder / "mirror.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("XB,2024,arrivals", "ZZ,2024,arrivals"), encoding="utf-8")
    with pytest.raises(ProfileError, match="ZZ is no country"):
        load_profile(str(folder))
    path.write_text(text.replace("departures", "arrivals"), encoding="utf-8")
    with pytest.raises(ProfileError, match="stands 2 times"):
        load_profile(str(folder))


def test_no_entry_of_the_report_stands_twice(walked: WalkedLine) -> None:
    entries = Counter((e["measure"], json.dumps(e["of"])) for e in measures_of(report_of(walked)))
    assert [entry for entry, times in entries.items() if times > 1] == []
