"""The portal's first form: the released pages and files as they are, and a front page of what is released.

A file of a vintage never changes, so it may be kept for good; a page of one may get a banner when another vintage takes
its place (`serve.vintages`), so it is asked for again. An address without a vintage, or with ``latest``, leads to the
current one. What is current is looked up at every question: a pointer that moved is seen at once.
"""

from __future__ import annotations

import hashlib
import mimetypes
from html import escape
from pathlib import Path
from typing import Any

from litestar import HttpMethod, Litestar, Request, route
from litestar.config.compression import CompressionConfig
from litestar.params import FromPath
from litestar.response import Redirect, Response

from qonys.published.bundles import LATEST, PublishedFolder, ReleaseFile
from qonys.serve.vintages import with_banner

_READING = [HttpMethod.GET, HttpMethod.HEAD]
_HTML = "text/html"
_NOT_FOUND = '<h1>404</h1><p lang="en">There is no such page or file. What is released is listed on <a href="/">the front page</a>.</p>'
_FOREVER = "public, max-age=31536000, immutable"
_PACKED = [r"\.(?:pdf|png|woff2|xlsx|zip)$"]
"""Addresses of files that are compressed already"""
_WORTH_PACKING = 1000
_PARTS_BEFORE_FILES = 3
"""profile, period and vintage stand before what never changes"""
_TYPES = {
    ".woff2": "font/woff2",
    ".csv": "text/csv",
    ".json": "application/json",
    ".js": "text/javascript",
}


def site(folder: Path) -> Litestar:
    """The application that serves one published folder."""
    public = PublishedFolder(folder)

    @route("/", http_method=_READING, sync_to_thread=True)
    def front() -> Response[bytes]:
        return Response(_front_page(public.current()).encode(), media_type=_HTML)

    @route("/{path:path}", http_method=_READING, sync_to_thread=True)
    def released(request: Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes] | Redirect:
        parts = [part for part in path.split("/") if part]
        leads_to = _current_address(parts, public)
        if leads_to:
            return Redirect(leads_to)
        if _names_a_folder(request):
            parts.append("index.html")
        file = public.file("/".join(parts))
        if file is None and public.file("/".join([*parts, "index.html"])):
            return Redirect("/" + "/".join(parts) + "/")
        if file is None:
            return Response(_shell(_NOT_FOUND).encode(), media_type=_HTML, status_code=404)
        return _answer(request, file, parts, public)

    packed = CompressionConfig("gzip", minimum_size=_WORTH_PACKING, gzip_compress_level=6, exclude=_PACKED)
    return Litestar([front, released], openapi_config=None, compression_config=packed)


def _answer(request: Request[Any, Any, Any], file: Path, parts: list[str], public: PublishedFolder) -> Response[bytes]:
    kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    status = public.status(parts[0], parts[1]) if len(parts) > _PARTS_BEFORE_FILES else None
    if status is None or status.of(parts[2]) is None:
        return Response(file.read_bytes(), media_type=kind, headers={"Cache-Control": "no-cache"})
    if file.suffix != ".html":
        return Response(file.read_bytes(), media_type=kind, headers={"Cache-Control": _FOREVER})
    language = parts[_PARTS_BEFORE_FILES] if len(parts) > _PARTS_BEFORE_FILES + 1 else ""
    page = with_banner(file.read_bytes(), status, parts[2], language)
    tag = f'"{hashlib.sha256(page).hexdigest()[:32]}"'
    headers = {"Cache-Control": "no-cache", "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(b"", media_type=kind, status_code=304, headers=headers)
    return Response(page, media_type=kind, headers=headers)


def _names_a_folder(request: Request[Any, Any, Any]) -> bool:
    """The address ends with a slash. The router takes it away from the path, so the raw one is asked."""
    raw: bytes = request.scope.get("raw_path") or b""
    return raw.split(b"?")[0].endswith(b"/")


def _current_address(parts: list[str], public: PublishedFolder) -> str | None:
    """Where ``/kz``, ``/kz/2024`` and ``/kz/2024/latest/…`` lead; None for an address that names a vintage."""
    if len(parts) == 1:
        periods = [release.facts.period for release in public.current() if release.facts.profile == parts[0]]
        return f"/{parts[0]}/{max(periods)}/" if periods else None
    if len(parts) == 2 or parts[2:3] == [LATEST]:
        vintage = public.current_vintage(parts[0], parts[1])
        rest = "".join(f"/{part}" for part in parts[3:])
        return f"/{parts[0]}/{parts[1]}/{vintage}{rest or '/'}" if vintage else None
    return None


def _front_page(releases: tuple[ReleaseFile, ...]) -> str:
    """A list of titles, each in its own languages: it needs no word of ours, so it has no language of its own."""
    items = "".join(_listed(release) for release in releases)
    return _shell(f"<h1>Qonys</h1>{items or '<p>—</p>'}")


def _shell(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Qonys</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><style>'
        "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#0b2a33}"
        "a{color:#1c6071}li{margin:.3rem 0}ul{padding-left:1.2rem}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )


def _listed(release: ReleaseFile) -> str:
    facts = release.facts
    links = "".join(
        f'<li><a lang="{language}" hreflang="{language}" '
        f'href="/{facts.profile}/{facts.period}/{facts.vintage}/{language}/">{escape(title)}</a></li>'
        for language, title in release.titles.items()
    )
    return f"<section><h2>{escape(facts.profile)} · {escape(facts.period)}</h2><ul>{links}</ul></section>"
