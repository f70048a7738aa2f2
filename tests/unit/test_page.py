"""The page, the files and what changed: the invented country's release from drawn tables."""

from __future__ import annotations

import csv
import gzip
import io
import json
import posixpath
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import msgspec
import pytest

from qonys.concepts.release import Link
from qonys.country.loading import load_profile
from qonys.country.profile import Profile
from qonys.datasets.output import OutputTable
from qonys.disseminate.bundle import release_bundle
from qonys.disseminate.page_templates import templates
from qonys.errors import ProfileError, StatisticianError
from spec.drawn_tables import drawn_table
from spec.seed_figures import words_of_page
from spec.seed_release import made_up_tables, seed_facts, seed_tables

FINAL = """
       | 2024 arrivals | 2024 departures | 2024 net
    _T |          2000 |            2000 |        0
    N1 |          1200 |            1000 |      200
    S1 |           800 |            1000 |     -200
"""


@pytest.fixture(scope="module")
def mini() -> Profile:
    return load_profile("mini")


def regions(mini: Profile, text: str = FINAL, vintage: str = "final", cut_off: str = "2025-02-28") -> OutputTable:
    return drawn_table(
        mini, "internal-by-region", ["area"], ["period", "measure"], text, vintage=vintage, cut_off=cut_off
    )


@pytest.fixture(scope="module")
def tables(mini: Profile) -> dict[str, OutputTable]:
    return {**made_up_tables(mini), "internal-by-region": regions(mini)}


@pytest.fixture(scope="module")
def bundle(mini: Profile, tables: dict[str, OutputTable]) -> dict[str, bytes]:
    operational = regions(mini, FINAL.replace("1200 ", "1201 "), "operational", "2025-01-31")
    earlier = {"internal-by-region": operational}
    return release_bundle(mini, mini.releases["annual"], tables, earlier, seed_facts("mini")).data


class Page(HTMLParser):
    """Ids, addresses and heading levels of a page; fails on a tag that is not closed."""

    VOID = frozenset({"meta", "link", "br", "img", "input", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.headings: list[int] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.ids += [named["id"]] if named.get("id") else []
        self.addresses += [str(named[key]) for key in ("href", "src") if key in named]
        self.headings += [int(tag[1])] if re.fullmatch(r"h[1-6]", tag) else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_bundle_holds_page_files_and_assets_of_each_language(mini: Profile, bundle: dict[str, bytes]) -> None:
    for language in mini.languages:
        assert f"{language}/index.html" in bundle
        assert f"files/mini-2024-{language}-0123456789ab.xlsx" in bundle
        for table in mini.releases["annual"].tables:
            for suffix in ("csv", "json"):
                assert f"files/mini-2024-{table}-{language}-0123456789ab.{suffix}" in bundle
    assert {"index.html", "assets/page.css", "assets/inter.woff2", "assets/page.js"} <= set(bundle)


def test_every_address_is_relative_and_leads_to_something(bundle: dict[str, bytes]) -> None:
    for path in (name for name in bundle if name.endswith(".html")):
        page = Page(bundle[path].decode())
        assert len(page.ids) == len(set(page.ids)), "an id stands once"
        for address in page.addresses:
            if address.startswith("#"):
                assert address[1:] in page.ids, address
            elif address.startswith("../../"):
                beside = ("../../latest", "../../../calendar")  # of all vintages of the period, and of all periods
                assert address in [f"{place}/{path.rpartition('/')[0]}/index.html" for place in beside]
            elif not address.startswith(("https://", "mailto:")):
                assert not address.startswith("/")
                folder = path.rpartition("/")[0]
                place, _, part = address.partition("#")
                target = place.removeprefix("../") if place.startswith("../") else f"{folder}/{place}".lstrip("/")
                assert target in bundle, address
                assert not part or f'id="{part}"'.encode() in bundle[target], address


def test_headings_never_skip_a_level(bundle: dict[str, bytes]) -> None:
    levels = Page(bundle["en/index.html"].decode()).headings
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_has_the_parts_of_the_seed(bundle: dict[str, bytes]) -> None:
    text = words_of_page(bundle["en/index.html"].decode())
    order = [
        "Migration of the population of Ardal, 2024", "Date of publication", "12 March 2025",
        "Date of next publication", "12 March 2026", "Ardal does not exist.", "All records are synthetic.",
        "Contents", "Ethnic structure", "Interregional migration", "Dynamic tables",
        "By year", "By month", "What changed", "Glossary", "Methodology", "Useful links",
        "Responsible for the release", "0123456789ab", "31 January 2025",
    ]  # fmt: skip
    at = 0
    for part in order:
        assert part in text[at:], part
        at = text.index(part, at)


def test_real_records_get_no_notice_of_synthetic_ones(mini: Profile, tables: dict[str, OutputTable]) -> None:
    facts = msgspec.structs.replace(seed_facts("mini"), synthetic=False)
    page = release_bundle(mini, mini.releases["annual"], tables, {}, facts).data["en/index.html"].decode()
    assert "Ardal does not exist." in page
    assert "All records are synthetic." not in page


def test_a_table_has_caption_scopes_and_a_region_of_its_own(bundle: dict[str, bytes]) -> None:
    page = bundle["en/index.html"].decode()
    section = page[page.index('id="table-internal-by-month"') :].partition("</section>")[0]
    assert '<div class="scroll" role="region" tabindex="0" aria-label="Internal migration by month, 2024' in section
    assert '<caption class="vh">Internal migration by month, 2024. persons.</caption>' in section
    assert section.count('scope="colgroup" colspan="12"') == 3
    assert '<th scope="col">January</th>' in section
    assert '<th scope="row">Port Ardal</th>' in section


def test_a_deviating_cell_carries_a_mark_that_the_legend_explains(mini: Profile) -> None:
    text = FINAL.replace("    N1 |          1200", "    N1 |         1200*")
    altered = {**made_up_tables(mini), "internal-by-region": regions(mini, text)}
    page = release_bundle(mini, mini.releases["annual"], altered, {}, seed_facts("mini")).data["en/index.html"].decode()
    section = page[page.index('id="table-internal-by-region"') :].partition("</section>")[0]
    assert section.count("<sup>") == 1
    assert "<td>1,200<sup>*<i> invented</i></sup></td>" in section
    assert '<span class="mark" aria-hidden="true">*</span> <a class="chip chip-invented"' in section


def test_two_marks_of_a_cell_stand_in_one_sign(mini: Profile) -> None:
    altered = {**made_up_tables(mini), "internal-by-region": regions(mini, FINAL.replace("1200", "1200*p"))}
    page = release_bundle(mini, mini.releases["annual"], altered, {}, seed_facts("mini")).data["en/index.html"].decode()
    assert "<td>1,200<sup>*p<i> invented, provisional</i></sup></td>" in page


def test_an_origin_destination_table_says_which_way_it_is_read(bundle: dict[str, bytes]) -> None:
    page = bundle["en/index.html"].decode()
    section = page[page.index('id="table-origin-destination"') :].partition("</section>")[0]
    assert "Origin (rows), destination (columns)" in section


def test_a_missing_value_has_a_symbol_and_a_spoken_meaning_and_is_never_zero(mini: Profile) -> None:
    altered = {**made_up_tables(mini), "internal-by-region": regions(mini, FINAL.replace("1200", "…"))}
    data = release_bundle(mini, mini.releases["annual"], altered, {}, seed_facts("mini")).data
    page = data["en/index.html"].decode()
    assert '<td><span aria-hidden="true">…</span><span class="vh">not available</span></td>' in page
    rows = list(csv.DictReader(io.StringIO(data["files/mini-2024-internal-by-region-en-0123456789ab.csv"].decode())))
    row = next(r for r in rows if r["area"] == "N1" and r["measure"] == "arrivals")
    assert (row["value"], row["obs_status"]) == ("", "L")


def test_csv_and_json_say_the_same_and_can_be_read_alone(mini: Profile, bundle: dict[str, bytes]) -> None:
    name = "files/mini-2024-internal-by-region-es-0123456789ab"
    rows = list(csv.DictReader(io.StringIO(bundle[f"{name}.csv"].decode())))
    content = json.loads(bundle[f"{name}.json"])
    assert [float(row["value"]) for row in rows] == [o["value"] for o in content["observations"]]
    assert rows[0] == {
        "area": "_T", "area_label": "Total", "period": "2024", "period_label": "2024", "measure": "arrivals",
        "measure_label": "Llegadas", "value": "2000", "unit": "personas", "obs_status": "A", "conf_status": "F",
        "data_status": "calibrated", "source": "", "source_as_of": "", "related_to": "", "related_to_as_of": "",
        "release_period": "2024", "release_vintage": "0123456789ab",
        "data_cut_off": "final", "data_cut_off_date": "2025-02-28",
        "notice": f"{mini.identity.notice['es']} {mini.identity.synthetic_notice['es']}",
    }  # fmt: skip
    assert content["title"].startswith("Migración interior por región")
    assert content["data_cut_off"] == {"name": "final", "date": "2025-02-28"}
    assert [d["id"] for d in content["dimensions"]] == ["area", "period", "measure"]


def test_every_cell_of_a_table_stands_in_the_page_as_in_its_file(mini: Profile, bundle: dict[str, bytes]) -> None:
    page = bundle["en/index.html"].decode()
    shown = [table for table in mini.tables if f'href="../files/mini-2024-{table}-en-' in page]
    assert len(shown) >= 9
    for table in shown:
        section = page[page.index(f'id="table-{table}"') :].partition("</table>")[0]
        shown = [re.sub(r"<sup>.*?</sup>|<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", section)]
        on_page = sorted(float(cell.replace(",", "").replace("−", "-")) for cell in shown)
        rows = csv.DictReader(io.StringIO(bundle[f"files/mini-2024-{table}-en-0123456789ab.csv"].decode()))
        assert on_page == sorted(float(row["value"]) for row in rows), table


def test_a_map_of_heat_that_shows_every_cell_stands_in_place_of_the_rows_of_its_table(
    bundle: dict[str, bytes],
) -> None:
    page = bundle["en/index.html"].decode()
    section = page[page.index('id="table-origin-destination"') :].partition("</section>")[0]
    assert section.count("<table") == 1 and '<table class="heat">' in section
    assert section.index(">CSV</a>") < section.index('id="figure-origin-destination"') < section.index("</figure>")
    assert page.count('id="figure-origin-destination"') == 1


def test_an_index_in_the_contents_leads_to_every_table_and_figure(bundle: dict[str, bytes]) -> None:
    page = bundle["en/index.html"].decode()
    index = page[page.index('<details class="index">') :].partition("</details>")[0]
    tables = re.findall(r'<section class="table" id="(table-[^"]+)"', page)
    figures = re.findall(r'<figure class="figure" id="([^"]+)"', page)
    assert len(tables) > 8 and len(figures) > 5
    assert sorted(re.findall(r'<a href="#([^"]+)">', index)) == sorted([*tables, *figures])


def test_a_link_to_a_section_that_the_release_does_not_have_is_left_out(
    mini: Profile, tables: dict[str, OutputTable]
) -> None:
    names = {"en": "A link", "es": "Un enlace"}
    links = (Link(names, "#methodology"), Link(names, "#nowhere"), Link(names, "https://example.org"))
    profile = replace(mini, links=links)
    page = (
        release_bundle(profile, mini.releases["annual"], tables, {}, seed_facts("mini")).data["en/index.html"].decode()
    )
    section = page[page.index('<ul class="links">') :].partition("</ul>")[0]
    assert re.findall(r'href="([^"]+)"', section) == ["#methodology", "https://example.org"]


def test_what_changed_shows_the_differing_cells_alone(bundle: dict[str, bytes]) -> None:
    page = bundle["en/index.html"].decode()
    section = page[page.index('id="changes-internal-by-region"') :].partition("</section>")[0]
    text = words_of_page(section)
    assert "1 cell differs." in text
    assert "31 January 2025 compared with those as of 28 February 2025" in text
    assert re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", section) == [
        (
            "Northmark",
            '<td class="word">Arrivals</td><td class="word">2024</td><td>1,201</td><td>1,200</td><td>−1</td>',
        )
    ]
    changes = bundle["files/mini-2024-internal-by-region-changes-en-0123456789ab.csv"].decode().splitlines()
    assert changes[1] == "N1,Northmark,2024,2024,arrivals,Arrivals,1201,1200,-1,2024,0123456789ab"


def test_equal_vintages_are_said_to_be_equal(mini: Profile, tables: dict[str, OutputTable]) -> None:
    earlier = {"internal-by-region": regions(mini, FINAL, "operational", "2025-01-31")}
    result = release_bundle(mini, mini.releases["annual"], tables, earlier, seed_facts("mini"))
    assert "No cell differs" in result.data["en/index.html"].decode()
    assert not any("changes" in path for path in result.data)
    assert not any("comparison" in finding.what for finding in result.findings)


def test_a_comparison_without_its_other_vintage_is_left_out_and_found(
    mini: Profile, tables: dict[str, OutputTable]
) -> None:
    result = release_bundle(mini, mini.releases["annual"], tables, {}, seed_facts("mini"))
    assert 'id="what-changed"' not in result.data["en/index.html"].decode()
    assert any("comparison of internal-by-region" in finding.what for finding in result.findings)


def test_the_same_input_gives_the_same_bytes(mini: Profile, tables: dict[str, OutputTable]) -> None:
    one, two = (release_bundle(mini, mini.releases["annual"], tables, {}, seed_facts("mini")).data for _ in range(2))
    assert one == two


def test_a_missing_word_stops_the_build(mini: Profile, tables: dict[str, OutputTable]) -> None:
    facts = msgspec.structs.replace(seed_facts("mini"), cut_offs={"unheard-of": "2025-01-31"})
    with pytest.raises(ProfileError, match=r"cut_off.unheard-of.*“en”"):
        release_bundle(mini, mini.releases["annual"], tables, {}, facts)


def test_a_table_that_is_shown_but_not_tabulated_stops_the_build(mini: Profile, tables: dict[str, OutputTable]) -> None:
    without = {name: table for name, table in tables.items() if name != "external-by-ethnicity"}
    with pytest.raises(StatisticianError, match="external-by-ethnicity"):
        release_bundle(mini, mini.releases["annual"], without, {}, seed_facts("mini"))


def test_a_range_in_a_title_is_kept_whole_and_the_rest_is_escaped_and_kept_together() -> None:
    written = templates().from_string("{{ title|whole_ranges }}").render(title="< 5 лет, 2023–2024", language="ru")
    assert written == '&lt;\u00a05\u00a0лет, <span class="range">2023–2024</span>'


def test_text_of_a_profile_is_escaped(mini: Profile, tables: dict[str, OutputTable]) -> None:
    evil = msgspec.structs.replace(tables["external-by-year"], title={"en": "<script>x</script>", "es": "x & y"})
    data = release_bundle(mini, mini.releases["annual"], {**tables, evil.id: evil}, {}, seed_facts("mini")).data
    assert "<script>x" not in data["en/index.html"].decode()


@pytest.fixture(scope="module")
def kazakhstan() -> dict[str, bytes]:
    kz = load_profile("kz")
    return release_bundle(kz, kz.releases["annual"], seed_tables(kz), {}, seed_facts()).data


def test_no_page_or_style_loads_anything_from_elsewhere(kazakhstan: dict[str, bytes]) -> None:
    """Links may lead anywhere; what a browser fetches by itself lies in the bundle."""
    loading = re.compile(
        r"<(?:link|script|img|source|iframe|use|image|object)\b[^>]*?\s(?:href|src|srcset|data)=\"([^\"]+)"
    )
    fetched = 0
    for path, content in kazakhstan.items():
        if path.endswith(".html"):
            addresses = loading.findall(content.decode())
        elif path.endswith(".css"):
            addresses = re.findall(r"url\(\"?([^)\"]+)|@import", content.decode())
        else:
            continue
        for address in addresses:
            fetched += 1
            assert posixpath.normpath(posixpath.join(posixpath.dirname(path), address)) in kazakhstan, (path, address)
    assert fetched > 20
    scripts = [re.sub(rb"(?m)^\s*//.*$", b"", content) for path, content in kazakhstan.items() if path.endswith(".js")]
    assert scripts and not any(b"//" in script for script in scripts)


def test_the_pages_of_kazakhstan_keep_their_budgets(kazakhstan: dict[str, bytes]) -> None:
    for path, content in kazakhstan.items():
        if path.endswith(".html"):
            assert len(gzip.compress(content)) <= 50 * 1024, path
        if path.endswith(".js"):
            assert len(gzip.compress(content)) <= 15 * 1024, path
        if path.endswith(".woff2"):
            assert len(content) <= 40 * 1024, path
