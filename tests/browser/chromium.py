"""The browser of these tests, and the languages of the release that they open in it."""

from __future__ import annotations

import shutil

import pytest

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
LANGUAGES = ("kk", "ru", "en")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium found: install the system package chromium")
