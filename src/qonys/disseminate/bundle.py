"""A release as files: pages, tables in every format and language, workbook, bulletin, archives, style. Bytes in, bytes out.

Laws: the same input gives the same bytes; every language has the same tables, sentences and files; a word that is
missing in a language stops the build; a sentence whose value is missing is left out and found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import partial
from importlib import resources

import msgspec

from qonys.concepts.period import Period
from qonys.concepts.release import ReleaseDesign, VintageComparison
from qonys.country.profile import Profile
from qonys.datasets.analysis import Analysed
from qonys.datasets.outcome import Finding, Outcome
from qonys.datasets.output import OutputTable, ReleaseFacts
from qonys.datasets.quality import QualityReport
from qonys.disseminate.archive import SUMS, archive, checksums, files_in, hashes_of
from qonys.disseminate.bulletin.content import bulletin_of
from qonys.disseminate.bulletin.document import bulletin_file
from qonys.disseminate.changes import changes_between, in_order_of_cut_off, largest, said
from qonys.disseminate.conditions_of_use import conditions_of_use
from qonys.disseminate.every_text import every_text
from qonys.disseminate.figures.figure import Figure
from qonys.disseminate.figures.making import About, Readings, compute_figures, figure_files, figures_in
from qonys.disseminate.figures.of_analyses import tables_read, with_figures_of_analyses
from qonys.disseminate.files import changes_csv, csv_file, file_name, json_file
from qonys.disseminate.first_figures import FirstFigures, about_release, first_figures
from qonys.disseminate.how_we_know import Grounds, how_we_know_files
from qonys.disseminate.key_points import Computed, big_figures_in, compute_key_points, sentences_in
from qonys.disseminate.language_check import fail_if_a_text_is_defective
from qonys.disseminate.numbers import long_date
from qonys.disseminate.page import ReleaseContent, SaidComparison, Spoken, front_page, release_content, release_page
from qonys.disseminate.press import Press
from qonys.disseminate.quality_page import quality_bundle, said_of_release
from qonys.disseminate.readme import readme
from qonys.disseminate.revision_said import revision_files, with_revision
from qonys.disseminate.since_published import ReleaseRevision
from qonys.disseminate.table_layout import TableLayout
from qonys.disseminate.wording import numbered
from qonys.disseminate.words import Words, words_of
from qonys.disseminate.workbook import WorkbookText, workbook_file

LARGEST_CHANGES = 200
"""Changes shown on the page; the file has all of them."""

_ASSETS = ("page.css", "figures.css", "page.js", "inter.woff2", "inter-licence.txt")


def release_bundle(
    profile: Profile,
    design: ReleaseDesign,
    tables: Mapping[str, OutputTable],
    earlier: Mapping[str, OutputTable],
    facts: ReleaseFacts,
    report: QualityReport | None = None,
    revision: ReleaseRevision | None = None,
    grounds: Grounds | None = None,
    analyses: Sequence[Analysed] = (),
    first: FirstFigures | None = None,
) -> Outcome[dict[str, bytes]]:
    """Every file of a release.

    Args:
        profile: gives languages, texts, glossary, links and contacts.
        design: gives sections, key points and comparisons.
        tables: table id -> table, all tables of the release.
        earlier: table id -> the same table at the other data cut-off, for each comparison of the design.
        facts: dates, vintage, hashes.
        report: measures of the quality of the release; without it the release has no quality report.
        revision: why figures changed, and what differs from the vintage published before; without it nothing is said of it.
        grounds: where the slips went and what is checked of them, as the public may know it.
        analyses: results of the analyses that a section shows.
        first: the figures of these tables, where they were drawn before (`first_figures`).

    Returns:
        path in the bundle -> content; findings name the sentences, headlines and comparisons that are left out; of the
        measures, ``hashes`` are path -> SHA-256.

    Raises:
        ProfileError: a word is missing in a language, or a sentence is malformed.
        StatisticianError: a section shows a table that is not among the tables.
    """
    with ExitStack() as opened:
        begun = first or opened.enter_context(first_figures(profile, design, tables, facts))
        return _bundle(profile, design, tables, earlier, facts, report, revision, grounds or Grounds(), analyses, begun)


def _bundle(
    profile: Profile, design: ReleaseDesign, tables: Mapping[str, OutputTable], earlier: Mapping[str, OutputTable],
    facts: ReleaseFacts, report: QualityReport | None, revision: ReleaseRevision | None, grounds: Grounds,
    analyses: Sequence[Analysed], first: FirstFigures,
) -> Outcome[dict[str, bytes]]:  # fmt: skip
    computed = compute_key_points(design, tables, Period.parse(facts.period))
    design = with_figures_of_analyses(design, analyses, [words_of(profile, language) for language in profile.languages])
    tables = {**tables, **{table.id: table for one in analyses for table in one.tables}}
    later = msgspec.structs.replace(design, figures=tuple(one for one in design.figures if one.id not in first.ids))
    drawn = compute_figures(later, tables, Period.parse(facts.period), profile.tiles, profile.outlines)
    shown = (name for section in design.every_section for name in section.tables)
    in_order = {name: tables[name] for name in dict.fromkeys([*shown, *tables]) if name in tables}
    said = (
        _content(
            profile, design, tables, earlier, facts, computed.data, first.figures[language], drawn.data, report, revision,
            analyses, language,
        )
        for language in profile.languages
    )  # fmt: skip
    contents, bundle = _files_of_languages(said, in_order, design, earlier, revision, grounds, first)
    bundle["index.html"] = front_page(profile, {c.words.language: c.spoken.title for c in contents}).encode()
    bundle |= {f"assets/{name}": _asset(name) for name in _ASSETS}
    hashes = hashes_of(bundle)
    archives = _archives(bundle, hashes, contents, facts)
    hashes |= hashes_of(archives)
    bundle |= {**archives, SUMS: checksums(hashes)}
    hashes |= hashes_of({SUMS: bundle[SUMS]})
    findings = (*computed.findings, *first.findings, *drawn.findings, *_without_comparison(design, tables, earlier))
    return Outcome(bundle, findings, {"files": len(bundle), "bytes": sum(map(len, bundle.values())), "hashes": hashes})


def _files_of_languages(
    said: Iterable[ReleaseContent], tables: Mapping[str, OutputTable], design: ReleaseDesign,
    earlier: Mapping[str, OutputTable], revision: ReleaseRevision | None, grounds: Grounds, first: FirstFigures,
) -> tuple[list[ReleaseContent], dict[str, bytes]]:  # fmt: skip
    """The contents and their files. A language is set and drawn while the next one is put into words, and pages written.

    What takes longest is ordered first: the last to be made is short, so that no hand of the press is idle for long.
    """
    contents: list[ReleaseContent] = []
    files: dict[str, bytes] = {}
    for content in said:
        fail_if_a_text_is_defective(every_text(content), content.words)
        first.press.order(partial(_bulletin, content, tuple(tables)))
        contents.append(content)
    for content in contents:
        later = [figure for name, figure in content.spoken.drawn.items() if name not in first.ids]
        first.press.order(partial(figure_files, later, content.facts))
    for content in contents:
        files |= _files_of_language(content, tables, design, earlier, revision, grounds)
    return contents, files | first.press.files()


def _files_of_language(
    content: ReleaseContent, tables: Mapping[str, OutputTable], design: ReleaseDesign,
    earlier: Mapping[str, OutputTable], revision: ReleaseRevision | None, grounds: Grounds,
) -> dict[str, bytes]:  # fmt: skip
    words, facts = content.words, content.facts
    return {
        **_pages(content),
        **how_we_know_files(content, grounds, tables, tables_read(design)),
        **_files(tables, content),
        **_change_files(design, tables, earlier, words, facts),
        **(revision_files(revision, tables, words, facts) if revision else {}),
    }


def _bulletin(content: ReleaseContent, order: tuple[str, ...]) -> dict[str, bytes]:
    name = file_name(content.facts, "", content.words.language, "pdf")
    return {name: bulletin_file(bulletin_of(content, order))}


def _content(
    profile: Profile, design: ReleaseDesign, tables: Mapping[str, OutputTable], earlier: Mapping[str, OutputTable],
    facts: ReleaseFacts, computed: Computed, first: Mapping[str, Figure], drawn: Mapping[str, Readings],
    report: QualityReport | None, revision: ReleaseRevision | None, analyses: Sequence[Analysed], language: str,
) -> ReleaseContent:  # fmt: skip
    words = words_of(profile, language)
    about = about_release(profile, design, words, facts)
    spoken = _spoken(profile, design, computed, about, words, _comparisons(design, tables, earlier, words, facts))
    figures = {**first, **figures_in(words, design, drawn, tables, about)}
    spoken = replace(spoken, drawn={one.id: figures[one.id] for one in design.figures if one.id in figures})
    spoken = replace(spoken, refusals={one.id: one.refused[language] for one in analyses if one.refused})
    if revision is not None:
        spoken = with_revision(spoken, revision, profile, tables, words, facts)
    if report is not None:
        spoken = replace(spoken, quality=said_of_release(profile, design, report, tables, facts, language))
    return release_content(profile, design, tables, facts, words, spoken)


def _pages(content: ReleaseContent) -> dict[str, bytes]:
    words, facts, spoken = content.words, content.facts, content.spoken
    downloads = {words[f"page.{kind}"]: f"../{name}" for kind, name in _whole(facts, words.language).items()}
    pages = {f"{words.language}/index.html": release_page(content, downloads).encode()}
    if spoken.quality is not None:
        pages |= quality_bundle(spoken, content.profile, facts)
    return pages


def _spoken(
    profile: Profile, design: ReleaseDesign, computed: Computed, about: About, words: Words,
    comparisons: list[SaidComparison],
) -> Spoken:  # fmt: skip
    facts, language = about.facts, words.language
    period, published = Period.parse(facts.period), long_date(date.fromisoformat(facts.published), language)
    return Spoken(
        title=about.title,
        notice=about.notice,
        citation=words(
            "page.citation", title=about.title, version=facts.code_version, published=published, vintage=facts.vintage
        ),
        sentences=sentences_in(words, design, computed, period, profile.identity.names[language]),
        figures=big_figures_in(words, design, computed, period),
        comparisons=comparisons,
    )


def _files(tables: Mapping[str, OutputTable], content: ReleaseContent) -> dict[str, bytes]:
    words, facts, spoken = content.words, content.facts, content.spoken
    language = words.language
    files: dict[str, bytes] = {}
    layouts = {name: TableLayout(table, words) for name, table in tables.items()}
    for name, layout in layouts.items():
        files[file_name(facts, name, language, "csv")] = csv_file(layout, facts, spoken.notice)
        files[file_name(facts, name, language, "json")] = json_file(layout, facts, spoken.notice)
    text = WorkbookText(
        title=spoken.title,
        notice=spoken.notice,
        published=content.published,
        next=content.next,
        citation=spoken.citation,
        office=content.profile.identity.office[language],
        cut_offs=content.cut_offs,
        contacts=tuple((contact.role[language], contact.address) for contact in content.profile.contacts),
        use=conditions_of_use(content.profile, words).written,
    )
    files[file_name(facts, "", language, "xlsx")] = workbook_file(list(layouts.values()), words, facts, text)
    return files


def _whole(facts: ReleaseFacts, language: str) -> dict[str, str]:
    """The files that hold the whole release: word of the page -> path in the bundle."""
    return {
        "workbook": file_name(facts, "", language, "xlsx"),
        "bulletin": file_name(facts, "", language, "pdf"),
        "archive": file_name(facts, "all", language, "zip"),
        "archive_all": file_name(facts, "", "all", "zip"),
    }


def _archives(
    bundle: Mapping[str, bytes], hashes: Mapping[str, str], contents: Sequence[ReleaseContent], facts: ReleaseFacts
) -> dict[str, bytes]:
    """Everything in one file: for each language, and for all of them."""
    languages = [content.words.language for content in contents]
    of_language = {one: files_in(bundle, one, languages) for one in languages}
    readmes = {
        content.words.language: {
            f"README-{content.words.language}.txt": readme(content, of_language[content.words.language])
        }
        for content in contents
    }
    all_readmes = {name: text for own in readmes.values() for name, text in own.items()}
    hashes = {**hashes, **hashes_of(all_readmes)}
    with Press() as press:
        for language, files in of_language.items():
            name = _whole(facts, language)["archive"]
            press.order(partial(_archive, name, {**files, **readmes[language]}, hashes, facts))
        everything = _archive(_whole(facts, "")["archive_all"], {**bundle, **all_readmes}, hashes, facts)
        return press.files() | everything


def _archive(name: str, files: Mapping[str, bytes], hashes: Mapping[str, str], facts: ReleaseFacts) -> dict[str, bytes]:
    return {name: archive(files, hashes, facts)}


def _comparisons(
    design: ReleaseDesign, tables: Mapping[str, OutputTable], earlier: Mapping[str, OutputTable], words: Words,
    facts: ReleaseFacts,
) -> list[SaidComparison]:  # fmt: skip
    return [
        _comparison(comparison, tables[comparison.table], earlier[comparison.table], words, facts)
        for comparison in _comparable(design, tables, earlier)
    ]


def _comparison(
    comparison: VintageComparison, one: OutputTable, other: OutputTable, words: Words, facts: ReleaseFacts
) -> SaidComparison:
    before, after = in_order_of_cut_off(one, other)
    changes = changes_between(before, after)
    shown = largest(changes, LARGEST_CHANGES)
    days = {
        "before": long_date(date.fromisoformat(before.cut_off), words.language),
        "after": long_date(date.fromisoformat(after.cut_off), words.language),
    }
    summary = words("page.changed_some", count=numbered(len(changes), words.language)) if changes else ""
    if len(shown) < len(changes):
        summary += " " + words(
            "page.changed_part",
            shown=numbered(len(shown), words.language),
            count=numbered(len(changes), words.language),
        )
    return SaidComparison(
        table=comparison.table,
        title=comparison.title[words.language],
        between=words("page.changed_between" if changes else "page.changed_none", **days),
        summary=summary,
        changes=tuple(said(change, after if change.key in after.cells else before, words) for change in shown),
        download=f"../{_changes_name(comparison, words, facts)}" if changes else "",
    )


def _change_files(
    design: ReleaseDesign, tables: Mapping[str, OutputTable], earlier: Mapping[str, OutputTable], words: Words,
    facts: ReleaseFacts,
) -> dict[str, bytes]:  # fmt: skip
    files: dict[str, bytes] = {}
    for comparison in _comparable(design, tables, earlier):
        before, after = in_order_of_cut_off(tables[comparison.table], earlier[comparison.table])
        changes = changes_between(before, after)
        if changes:
            files[_changes_name(comparison, words, facts)] = changes_csv(changes, after, words, facts)
    return files


def _changes_name(comparison: VintageComparison, words: Words, facts: ReleaseFacts) -> str:
    return file_name(facts, f"{comparison.table}-changes", words.language, "csv")


def _comparable(
    design: ReleaseDesign, tables: Mapping[str, OutputTable], earlier: Mapping[str, OutputTable]
) -> Iterator[VintageComparison]:
    return (c for c in design.comparisons if c.table in tables and c.table in earlier)


def _without_comparison(
    design: ReleaseDesign, tables: Mapping[str, OutputTable], earlier: Mapping[str, OutputTable]
) -> list[Finding]:
    compared = {comparison.table for comparison in _comparable(design, tables, earlier)}
    return [
        Finding(
            f"The comparison of {c.table} with the vintage “{c.vintage}” is left out: one of the two is not there.",
            where=f"release/designs/{design.id}.yaml",
            next_step="Tabulate the table at that data cut-off, or take the comparison out of the design.",
        )
        for c in design.comparisons
        if c.table not in compared
    ]


def _asset(name: str) -> bytes:
    return (resources.files("qonys.disseminate") / "assets" / name).read_bytes()
