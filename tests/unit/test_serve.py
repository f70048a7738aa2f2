"""The portal's first form, asked as a browser would ask."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from qonys.serve.site import site
from walked_line import WalkedLine

FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def application(walked: WalkedLine) -> Litestar:
    folder = Path(walked.published.folder).parents[2]
    (folder.parent / "secret.txt").write_text("secret")
    return site(folder)


@pytest.fixture(scope="module")
def portal(application: Litestar) -> Iterator[TestClient[Litestar]]:
    with TestClient(application) as client:
        yield client


def test_the_front_page_lists_each_release_in_its_languages(portal: TestClient[Litestar], walked: WalkedLine) -> None:
    page = portal.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for language, title in (
        ("en", "Migration of the population of Ardal, 2024"),
        ("es", "Migración de la población de Ardal, 2024"),
    ):
        assert f'href="/mini/2024/{walked.published.vintage}/{language}/">{title}</a>' in page.text


@pytest.mark.parametrize("address", ["/mini", "/mini/", "/mini/2024", "/mini/2024/"])
def test_an_address_without_a_vintage_leads_to_the_current_one(
    portal: TestClient[Litestar], walked: WalkedLine, address: str
) -> None:
    answer = portal.get(address, follow_redirects=False)
    assert answer.status_code in (302, 303, 307)
    assert "immutable" not in answer.headers.get("cache-control", "")
    at = portal.get(address)
    assert at.status_code == 200
    assert f"/mini/2024/{walked.published.vintage}/" in str(at.url)


def test_a_file_has_a_type_and_may_be_kept_for_good_but_a_page_is_asked_for_again(
    portal: TestClient[Litestar], walked: WalkedLine
) -> None:
    folder = Path(walked.published.folder)
    types = {
        ".html": "text/html; charset=utf-8",
        ".css": "text/css",
        ".csv": "text/csv; charset=utf-8",
        ".json": "application/json",
    }
    seen = set()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        answer = portal.get(f"/mini/2024/{folder.name}/{path.relative_to(folder).as_posix()}")
        assert answer.status_code == 200
        assert answer.content == path.read_bytes()
        assert answer.headers["cache-control"] == ("no-cache" if path.suffix == ".html" else FOREVER)
        if path.suffix in types:
            assert answer.headers["content-type"].startswith(types[path.suffix])
            seen.add(path.suffix)
    assert {".html", ".csv"} <= seen


def test_texts_are_packed_on_their_way_and_arrive_as_they_are(portal: TestClient[Litestar], walked: WalkedLine) -> None:
    folder = Path(walked.published.folder)
    address = f"/mini/2024/{walked.published.vintage}"
    page = portal.get(f"{address}/en/quality.html")
    assert page.headers["content-encoding"] == "gzip" and page.headers["vary"].lower() == "accept-encoding"
    assert page.content == (folder / "en" / "quality.html").read_bytes()
    plain = portal.get(f"{address}/en/quality.html", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.content == page.content
    font = portal.get(f"{address}/assets/inter.woff2")
    assert "content-encoding" not in font.headers
    assert font.content == (folder / "assets" / "inter.woff2").read_bytes()


def test_the_pointer_is_not_kept_for_good(portal: TestClient[Litestar]) -> None:
    assert portal.get("/mini/2024/status.json").headers.get("cache-control") != FOREVER


def test_a_folder_without_its_last_stroke_leads_to_its_page(portal: TestClient[Litestar], walked: WalkedLine) -> None:
    answer = portal.get(f"/mini/2024/{walked.published.vintage}/en", follow_redirects=False)
    assert answer.headers["location"] == f"/mini/2024/{walked.published.vintage}/en/"


@pytest.mark.parametrize(
    "address", ["/atlantis", "/mini/1999", "/mini/2024/ffff/", "/favicon.ico", "/mini/2024/%00", "/" + "x" * 3000]
)
def test_what_is_not_there_is_a_message(portal: TestClient[Litestar], address: str) -> None:
    answer = portal.get(address)
    assert answer.status_code == 404
    assert "There is no such page or file" in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/mini/../../secret.txt", "/mini/2024/../../../secret.txt", "//etc/passwd", "/..", "/../walked"],
)
def test_nothing_outside_of_the_published_folder_is_served(application: Litestar, path: str) -> None:
    status, body = asyncio.run(raw_get(application, path))
    assert status == 404
    assert b"secret" not in body
    assert b"root:" not in body


async def raw_get(application: Litestar, path: str) -> tuple[int, bytes]:
    """Ask with a path as it stands; a client would tidy it up."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": b"", "headers": [(b"host", b"x")], "client": ("x", 1), "server": ("x", 80),
        "root_path": "", "state": {},
    }  # fmt: skip
    await application(scope, receive, send)  # type: ignore[arg-type]
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def test_an_empty_folder_has_a_front_page(tmp_path: Path) -> None:
    with TestClient(site(tmp_path)) as client:
        assert client.get("/").status_code == 200
        assert client.get("/mini").status_code == 404
