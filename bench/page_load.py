"""How soon a reader sees the pages of a release on a telephone: largest contentful paint, shift of layout, bytes, requests.

    .venv/bin/python bench/page_load.py [PUBLISHED] [--runs 5]

`qonys serve` serves a published folder (without one, that of a demonstration of the invented country), and Chromium opens
each page in each language, every time with an empty cache. The telephone is that of Lighthouse's mobile audit: 412 × 823
pixels, 1.6 Mbit/s down, 0.75 up, 150 ms for every request, a processor four times as slow. Other work on the machine makes
the paint later, so the median is told, and the best one, and the processor seconds of the page at full speed.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession

BUDGET_SECONDS = 1.5
BUDGET_SHIFT = 0.05
PAGES = ("index.html", "quality.html", "how-we-know.html")
WIDTH, HEIGHT = 412, 823
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6 * 1024 * 1024 / 8,
    "uploadThroughput": 750 * 1024 / 8,
}
SLOWER = 4
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WATCH = """
window.seen = {paint: 0, shift: 0};
new PerformanceObserver(list => { for (const one of list.getEntries()) seen.paint = one.startTime; })
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) seen.shift += one.value; })
  .observe({type: 'layout-shift', buffered: true});
"""


def main() -> None:
    """Serve a folder, open its pages, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("published", nargs="?", type=Path, help="a published folder")
    parser.add_argument("--runs", type=int, default=5, help="times that each page is opened")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        published = asked.published or demonstration(Path(made))
        with served(published) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            slowest = max(told(browser, address, page, asked.runs) for page in pages_of(published))
            browser.close()
    print(f"slowest median {slowest:.2f} s of {BUDGET_SECONDS} s: ratio {slowest / BUDGET_SECONDS:.2f}")


def demonstration(folder: Path) -> Path:
    """A published folder with the invented country in it."""
    command = [sys.executable, "-m", "qonys", "demo", str(folder), "--only", "mini", "--serve", "no"]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.rglob("published"))


def pages_of(published: Path) -> list[str]:
    """Addresses of the pages of every latest release, in every language."""
    vintages = {found.parents[1] for found in published.glob("*/*/*/*/quality.html")}
    return [
        f"{found.parent.relative_to(published).as_posix()}/{page}"
        for vintage in sorted(vintages)
        for found in sorted(vintage.glob("*/quality.html"))
        for page in PAGES
        if (found.parent / page).is_file()
    ]


@contextmanager
def served(published: Path) -> Iterator[str]:
    """The address at which the folder is served."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "qonys", "serve", str(published), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urlopen(address).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


def told(browser: Browser, address: str, page: str, runs: int) -> float:
    """Open a page some times, say what was seen, and give the median paint in seconds."""
    seen = [opened(browser, address, f"{address}/{page}") for _ in range(runs)]
    paints = [float(one["paint"]) / 1000 for one in seen]
    median, shift = statistics.median(paints), max(one["shift"] for one in seen)
    last = seen[-1]
    print(
        f"{page:<48}{median:6.2f} s (best {min(paints):.2f}), shift {shift:.3f} of {BUDGET_SHIFT}, "
        f"{min(one['work'] for one in seen) / SLOWER:.2f} s of processor, "
        f"{last['bytes'] / 1024:5.0f} KiB, {last['requests']} requests, {last['elsewhere']} elsewhere",
        flush=True,
    )
    return median


def opened(browser: Browser, address: str, page: str) -> dict[str, Any]:
    """What a telephone sees that never was here before."""
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.75, is_mobile=True)
    context.add_init_script(WATCH)
    sheet = context.new_page()
    watched = context.new_cdp_session(sheet)
    received, asked = received_by(watched), list[str]()
    sheet.on("request", lambda request: asked.append(request.url))
    watched.send("Performance.enable", {"timeDomain": "threadTicks"})
    watched.send("Network.emulateNetworkConditions", NETWORK)
    watched.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sheet.goto(page, wait_until="load")
    sheet.wait_for_function("window.seen.paint > 0")
    sheet.wait_for_timeout(500)
    seen: dict[str, Any] = sheet.evaluate("window.seen")
    told = {one["name"]: one["value"] for one in watched.send("Performance.getMetrics")["metrics"]}
    context.close()
    elsewhere = sum(not url.startswith((address, "data:")) for url in asked)
    return {
        **seen,
        "work": told["TaskDuration"],
        "bytes": sum(received),
        "requests": len(asked),
        "elsewhere": elsewhere,
    }


def received_by(watched: CDPSession) -> list[float]:
    """The bytes of each answer, as they came over the wire."""
    received: list[float] = []
    watched.send("Network.enable")
    watched.on("Network.loadingFinished", lambda told: received.append(told["encodedDataLength"]))
    return received


if __name__ == "__main__":
    main()
