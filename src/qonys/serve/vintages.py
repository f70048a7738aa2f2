"""What a page of an earlier vintage is shown with: a banner that says what became of it.

Law: the file stays as it was published; the banner is added on the way out, from status.json, and carries its own style,
since a page that was published long ago knows none for it.
"""

from __future__ import annotations

from html import escape

from qonys.published.bundles import LATEST, PeriodStatus

_STYLE = "background:#fff3cd;color:#3d2c00;border-bottom:3px solid #b8860b;padding:.75rem 1rem;line-height:1.5"


def with_banner(page: bytes, status: PeriodStatus, vintage: str, language: str) -> bytes:
    """A page as its readers shall see it; the very bytes where its vintage is the current one.

    Args:
        page: the page as it was published.
        status: what became of the vintages of its period.
        vintage: its vintage.
        language: its language, or nothing where it has none.
    """
    known = status.of(vintage)
    if known is None or vintage == status.current or not known.notice:
        return page
    spoken = language if language in known.notice else next(iter(known.notice))
    at = page.find(b"<header")
    if at < 0:
        at = page.find(b"<body>") + len(b"<body>")
    return page[:at] + _banner(known.notice[spoken], status.latest.get(spoken, ""), language, spoken) + page[at:]


def _banner(notice: str, link: str, language: str, spoken: str) -> bytes:
    address = f"../../{LATEST}/{language}/index.html" if language else f"../{LATEST}/index.html"
    return (
        f'<aside id="vintage-banner" aria-label="{escape(link)}" lang="{escape(spoken)}" style="{_STYLE}">{escape(notice)} '
        f'<a style="color:inherit;font-weight:600" href="{address}">{escape(link)}</a></aside>\n'
    ).encode()
