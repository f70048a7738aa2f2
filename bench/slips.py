"""Arrival slips of Kazakhstan in any number, for benchmarks: sound but for some, the same from the same seed."""

from __future__ import annotations

import re
import shutil
from importlib import resources
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from qonys.concepts.layout import SourceLayout
from qonys.country.loading import load_profile
from qonys.country.profile import Profile

_A_PIECE = 500_000
_FIRST_DAY, _LAST_DAY = np.datetime64("2024-02-01"), np.datetime64("2025-01-15")
_OLDEST, _YOUNGEST = np.datetime64("1955-01-01"), np.datetime64("1996-12-31")
_OF_IDENTIFIERS = re.compile(r"identifier: true|^  (slip|corrects|person):")
_FAULTY = 0.002
"""Share of slips with an impossible date, and of slips with an unknown code."""
_UNUSUAL = {"РАБОТА", "УЧЕБА", "ИСТОРИЧЕСКАЯ РОДИНА", "НЕ ИМЕЕТ НАЧАЛЬНОГО"}
"""Texts that a rule would question in one who moves within the country at any age."""
_WEIGHTS = np.arange(1, 12)
_WEIGHTS_AGAIN = np.array([3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2])

Texts: TypeAlias = "pa.Array[Any]"
Numbers: TypeAlias = npt.NDArray[Any]


def profile_without_identifiers(folder: Path) -> Path:
    """A copy of Kazakhstan's profile whose arrival slips have no identifiers: no number of slip or person."""
    copy = folder / "kz-without-identifiers"
    shutil.copytree(str(resources.files("qonys.profiles") / "kz"), copy)
    layout = copy / "sources" / "arrivals_csv.yaml"
    kept = [line for line in layout.read_text("utf-8").splitlines() if not _OF_IDENTIFIERS.search(line)]
    layout.write_text("\n".join(kept) + "\n", "utf-8")
    return copy


def write_slips(path: Path, rows: int, *, profile_named: str = "kz", seed: int = 7) -> None:
    """Write a delivery in the layout ``arrivals_csv``.

    Args:
        path: the file, named arrivals_*.csv.
        rows: number of slips.
        profile_named: name or folder of the profile that has the layout.
        seed: of the random numbers.
    """
    profile = load_profile(profile_named)
    layout = profile.layouts["arrivals_csv"]
    rng = np.random.default_rng(seed)
    with path.open("wb") as file:
        for start in range(0, rows, _A_PIECE):
            piece = _slips(rng, profile, layout, start, min(_A_PIECE, rows - start))
            options = pa_csv.WriteOptions(include_header=start == 0, delimiter=layout.separator, quoting_style="none")
            written = pa.BufferOutputStream()
            pa_csv.write_csv(piece, written, options)
            file.write(written.getvalue().to_pybytes().decode().replace('"', "").encode(layout.encoding))


def written_apart(path: Path, rows: int, *, profile_named: str = "kz") -> None:
    """The same in a process of its own: a child's peak memory is never told as less than its parent's (getrusage)."""
    writing = get_context("spawn").Process(
        target=write_slips, args=(path, rows), kwargs={"profile_named": profile_named}
    )
    writing.start()
    writing.join()
    if writing.exitcode:
        raise SystemExit("The slips could not be written.")


def _slips(rng: np.random.Generator, profile: Profile, layout: SourceLayout, start: int, rows: int) -> pa.Table:
    number = np.arange(start, start + rows)
    woman = rng.integers(0, 2, rows)
    day = rng.integers(_FIRST_DAY.astype(int), _LAST_DAY.astype(int) + 1, rows)
    birth = rng.integers(_OLDEST.astype(int), _YOUNGEST.astype(int), rows)
    written: dict[str, Texts] = {
        "slip": pc.cast(pa.array(number + 1), pa.string()),
        "person": pa.array(_personal_numbers(birth, woman, number)),
        "date": _dates(day, impossible=rng.random(rows) < _FAULTY),
        "sex": pa.array(np.array(["М", "Ж"])[woman]),
        "birth_date": _dates(birth),
        "citizenship": pa.array(np.full(rows, "KZ")),
        **_ends(rng, profile, layout, rows),
    }
    for name in ("registration_type", "ethnicity", "marital", "education", "reason"):
        texts = np.array([text for text in layout.variables[name].recode if text not in _UNUSUAL])
        written[name] = pa.array(texts[_mostly_first(rng, len(texts), rows, name)])
    written["ethnicity"] = pc.if_else(pa.array(rng.random(rows) < _FAULTY), pa.scalar("МАРСИАНЕ"), written["ethnicity"])
    by_column = {source.column: written[name] for name, source in layout.variables.items() if name in written}
    empty = pa.nulls(rows, pa.string())
    return pa.table({column.name: by_column.get(column.name, empty) for column in layout.columns})


def _mostly_first(rng: np.random.Generator, texts: int, rows: int, name: str) -> Numbers:
    """Places of texts; a registration is one of residence but for a few."""
    drawn = rng.integers(0, texts, rows)
    return np.where(rng.random(rows) < 0.01, drawn, 0) if name == "registration_type" else drawn


def _ends(rng: np.random.Generator, profile: Profile, layout: SourceLayout, rows: int) -> dict[str, Texts]:
    """Two different districts that are there in both years."""
    aliases = profile.areas.aliases[layout.variables["origin"].aliases or ""]
    lasting = {
        area.code for area in profile.areas.areas
        if area.level == "district" and area.valid_to is None and (area.valid_from is None or area.valid_from.year < 2024)
    }  # fmt: skip
    texts = np.array(sorted({code: text for text, code in aliases.items() if code in lasting}.values()))
    origin = rng.integers(0, len(texts), rows)
    destination = (origin + rng.integers(1, len(texts), rows)) % len(texts)
    localities = np.where(np.char.find(texts, "Г. ") >= 0, "ГОРОД", "СЕЛО")
    return {
        "origin": pa.array(texts[origin]),
        "destination": pa.array(texts[destination]),
        "origin_locality": pa.array(localities[origin]),
        "destination_locality": pa.array(localities[destination]),
    }


def _dates(days: Numbers, impossible: Numbers | None = None) -> Texts:
    """Days since 1970 as 05.03.2024; an impossible one is the 31st of February."""
    texts = pc.strftime(pa.array(days.astype("datetime64[D]")), format="%d.%m.%Y")
    return texts if impossible is None else pc.if_else(pa.array(impossible), pa.scalar("31.02.2024"), texts)


def _personal_numbers(birth: Numbers, woman: Numbers, number: Numbers) -> Numbers:
    """Twelve digits: date of birth, century and sex, a serial number, a check digit (docs/reference/variables.md)."""
    day = birth.astype("datetime64[D]")
    year = day.astype("datetime64[Y]").astype(int) + 1970
    month = day.astype("datetime64[M]").astype(int) % 12 + 1
    of_month = (day - day.astype("datetime64[M]")).astype(int) + 1
    century = np.where(year < 2000, 3, 5) + woman
    first = ((year % 100) * 10_000 + month * 100 + of_month) * 10 + century
    eleven = first * 10_000 + number % 10_000
    digits = (eleven[:, None] // 10 ** np.arange(10, -1, -1)) % 10
    check = digits @ _WEIGHTS % 11
    check = np.where(check == 10, digits @ _WEIGHTS_AGAIN % 11, check) % 10
    return np.char.zfill((eleven * 10 + check).astype(str), 12)
