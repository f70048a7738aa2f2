"""Terms of the glossary are links wherever a text uses them, in every form of the language, once a section."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from qonys.concepts.release import GlossaryTerm
from qonys.country.loading import SHIPPED, load_profile
from qonys.country.profile import Profile
from qonys.disseminate.bundle import release_bundle
from qonys.disseminate.glossary_links import terms_of
from qonys.errors import ProfileError
from spec.seed_figures import LANGUAGES
from spec.seed_release import pages_alone, seed_facts, seed_pages, seed_tables

TERMS = tuple(load_profile("kz").glossary)


@pytest.fixture(scope="module")
def kz() -> Profile:
    return load_profile("kz")


def links(text: str, language: str, without: str = "") -> list[tuple[str, str]]:
    """Term and words of each link in a text."""
    made = terms_of(TERMS, language).linked([text], without=without)[text]
    return re.findall(r'<a class="term" href="#term-([\w-]+)">([^<]+)</a>', made)


FORMS = [
    ("ru", "В межрегиональной миграции прибывшие считаются по талонам.", [("interregional", "межрегиональной миграции"), ("arrivals", "прибывшие"), ("slip", "талонам")]),
    ("ru", "Сальдо миграции – разность между числом прибывших и числом выбывших.", [("net", "Сальдо миграции"), ("arrivals", "числом прибывших"), ("departures", "числом выбывших")]),
    ("kk", "Көші-қонның оң айырымы қалыптасты.", [("net", "Көші-қонның оң айырымы")]),
    ("kk", "Сыртқы көші-қонда келгендердің саны артты.", [("external", "Сыртқы көші-қонда"), ("arrivals", "келгендердің")]),
    ("en", "Net migration is not migration; interregional migration is.", [("net", "Net migration"), ("migration", "migration"), ("interregional", "interregional migration")]),
    ("en", "Immigration and remigration are other words; a slipway is none.", []),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), FORMS)
def test_a_term_is_found_in_any_form_and_the_longest_one_counts(
    language: str, text: str, expected: list[tuple[str, str]]
) -> None:
    found = links(text.replace("талонам.", "талонах."), language)
    assert found == [(term, words.replace("талонам", "талонах")) for term, words in expected]


def test_only_the_first_occurrence_in_a_section_is_a_link_and_each_section_begins_anew() -> None:
    terms = terms_of(TERMS, "en")
    section = terms.linked(["Arrivals rose.", "Arrivals fell, and arrivals rose."])
    assert [text.count("<a ") for text in section.values()] == [1, 0]
    assert terms.linked(["Arrivals fell."])["Arrivals fell."].count("<a ") == 1


def test_a_text_stays_what_it_says_and_is_escaped() -> None:
    text = "Arrivals < departures & “slips”"
    made = terms_of(TERMS, "en").linked([text])[text]
    assert re.sub(r"</?a[^>]*>", "", made) == "Arrivals &lt; departures &amp; “slips”"


def test_no_term_is_linked_in_its_own_meaning() -> None:
    assert ("net", "Net migration") not in links("Net migration is arrivals minus departures.", "en", without="net")


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_the_page_every_link_leads_to_a_term_and_every_section_links_one_once(kz: Profile, language: str) -> None:
    page = seed_pages()[language]
    known = {term.id for term in kz.glossary}
    assert {f'id="term-{term}"' in page for term in known} == {True}
    linked = Counter(re.findall(r'<a class="term" href="#term-([\w-]+)">', page))
    assert set(linked) <= known
    assert {"migration", "net", "arrivals", "departures", "slip", "cut-off"} <= set(linked)
    points = page[page.index('id="key-points"') : page.index('id="ethnic-structure"')]
    told = Counter(re.findall(r"#term-([\w-]+)", points))
    assert told
    assert set(told.values()) == {1}


def test_a_page_without_a_glossary_links_nothing(kz: Profile) -> None:
    design = kz.releases["annual"]
    without = msgspec.structs.replace(design, sections=tuple(s for s in design.sections if not s.glossary))
    with pages_alone():
        bundle = release_bundle(kz, without, seed_tables(kz), {}, seed_facts()).data
    assert 'class="term"' not in bundle["en/index.html"].decode()


MISTAKES = {
    "a form of two terms": ("release/glossary.yaml", "forms: {es: [migraciones]}", "forms: {es: [saldo migratorio]}", "a form of migration and of net"),
    "a language that there is not": ("release/glossary.yaml", "forms: {es: [migraciones]}", "forms: {kk: [көш]}", "kk is no language"),
    "any word": ("release/glossary.yaml", "forms: {es: [migraciones]}", "forms: {es: ['*']}", "found everywhere"),
    "a term twice": ("release/glossary.yaml", "- id: net\n", "- id: migration\n", "migration stands 2 times"),
    "a link that leads nowhere": ("release/links.yaml", '"#methodology"', '"#"', "leads nowhere"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_the_glossary_or_a_bare_link_is_refused(tmp_path: Path, name: str) -> None:
    file, old, new, message = MISTAKES[name]
    folder = Path(shutil.copytree(SHIPPED / "mini", tmp_path / "country"))
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ProfileError, match=message):
        load_profile(str(folder))


def test_forms_are_kept_with_their_term() -> None:
    assert isinstance(TERMS[0], GlossaryTerm)
    assert "миграции" in TERMS[0].forms["ru"]
