"""A release as one file to take away, and the hashes by which a reader checks it.

Laws: the same files give the same bytes: names are sorted, the only time is midnight of the day of publication; everything
lies in one folder that says of which release it is; a list of hashes names every file but itself.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date

from qonys.datasets.output import ReleaseFacts

SUMS = "SHA256SUMS"
_FRONT = "index.html"
_PACKED = (".xlsx", ".woff2", ".png", ".zip")
"""Endings of files that are compressed already"""


def hashes_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of each file, by its name."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def checksums(hashes: Mapping[str, str]) -> bytes:
    """The list that ``sha256sum -c`` reads: for each file its hash and its name, by name."""
    return "".join(f"{known}  {name}\n" for name, known in sorted(hashes.items())).encode()


def archive(files: Mapping[str, bytes], hashes: Mapping[str, str], facts: ReleaseFacts) -> bytes:
    """Files, and the list of their hashes, as a ZIP that holds one folder.

    Args:
        files: name -> content.
        hashes: name -> SHA-256 of these files, and of others that do not matter: several archives hold the same files.
        facts: profile, period, vintage and day of the release.
    """
    sums = checksums({name: hashes[name] for name in files})
    buffer = io.BytesIO()
    folder, day = f"{facts.profile}-{facts.period}-{facts.vintage}", date.fromisoformat(facts.published)
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, content in sorted({**files, SUMS: sums}.items()):
            entry = zipfile.ZipInfo(f"{folder}/{name}", (day.year, day.month, day.day, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
    return buffer.getvalue()


def files_in(files: Mapping[str, bytes], language: str, languages: Iterable[str]) -> dict[str, bytes]:
    """The files of one language, and those of none."""
    others = [other for other in languages if other != language]
    return {
        name: content
        for name, content in files.items()
        if name != _FRONT and not any(_is_of(name, other) for other in others)
    }


def _is_of(name: str, language: str) -> bool:
    return name.startswith(f"{language}/") or f"-{language}-" in name or name == f"README-{language}.txt"
