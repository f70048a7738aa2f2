"""Kills a publication, over and over, and says what the public saw after each: run as a program of its own.

    python -m spec.publication_crashes WORKSPACE MODE

A release is public, and another vintage is published in its place. Each run is a fork, killed by SIGKILL at its n-th write
for every n (``writes``), or after a random time (``moments``).
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qonys.concepts.period import Period
from qonys.country.loading import load_profile
from qonys.production.office import Office
from qonys.production.publishing import publish
from qonys.published.bundles import PublishedFolder
from qonys.store.workspace import Workspace
from spec.crashes import Killer, forked, know_modules_of
from spec.drawn_slips import KEYS, TODAY

MOMENTS = 50
AT = datetime(2025, 3, 20, tzinfo=UTC)
PROFILE = load_profile("mini")


def office_of(folder: Path) -> Office:
    office = Office(
        Workspace.open(folder / "workspace"), TODAY, lambda what, rows: None, KEYS, operator="tester", now=AT
    )
    office.__dict__["profile"] = PROFILE
    return office


def work(folder: Path, kill_at: int = 0) -> int:
    killer = Killer(str(folder), kill_at)
    killer.install()
    publish(office_of(folder), Period(2024))
    return killer.writes


def seen(folder: Path) -> dict[str, str]:
    """What a reader meets who follows the pointer: the vintage, and a digest of all of it."""
    public = PublishedFolder(folder / "published")
    (release,) = public.current()
    facts = release.facts
    place = folder / "published" / facts.profile / facts.period / facts.vintage
    files = {
        path.relative_to(place).as_posix(): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()
    }
    whole = files.keys() == release.files.keys() | {"release.json"} and all(
        hashlib.sha256(files[name]).hexdigest() == sha256 for name, sha256 in release.files.items()
    )
    status = public.status(facts.profile, facts.period)
    said = {one.vintage: one.state for one in status.vintages} if status else {}
    leads = (folder / "published" / facts.profile / facts.period / "latest" / "en" / "index.html").read_text("utf-8")
    led = sorted(name for name in said if name in leads)
    return {"vintage": facts.vintage, "whole": str(whole), "said": str(sorted(said.items())), "led": str(led)}


@dataclass
class Crashes:
    """Crashes of a publication, each upon what was before."""

    base: Path
    kills: int = 0
    faults: list[str] = field(default_factory=list)
    vintages: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.folder = self.base.with_name("tried")
        self.fresh()
        _, self.old = forked(lambda: seen(self.folder))
        know_modules_of(lambda: (work(self.folder), seen(self.folder)))
        self.fresh()
        start = time.perf_counter()
        _, self.writes = forked(lambda: work(self.folder))
        self.seconds = time.perf_counter() - start
        _, self.new = forked(lambda: seen(self.folder))

    def fresh(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.base, self.folder)

    def run(self, where: str, *, at: int = 0, after: float | None = None) -> bool:
        self.fresh()
        ended, _ = forked(lambda: work(self.folder, at), kill_after=after)
        self.kills += not ended
        _, found = forked(lambda: seen(self.folder))
        self.vintages.add(found["vintage"])
        same = [{**one, "led": ""} for one in (self.old, self.new)]
        if {**found, "led": ""} not in same or found["led"] not in (self.old["led"], self.new["led"]):
            self.faults.append(f"{where}: a reader sees {found}")
        self.finish(where)
        return bool(ended)

    def finish(self, where: str) -> None:
        """The same command again ends with the new release, and leaves no half of one behind."""

        def again() -> dict[str, Any]:
            publish(office_of(self.folder), Period(2024))
            left = [str(path) for path in (self.folder / "published").rglob(".*") if path.name != ".publishing"]
            entries = office_of(self.folder).store.lifecycle.entries()
            return {
                **seen(self.folder),
                "left": left,
                "log": [entry.vintage for entry in entries if entry.act == "publish"],
            }

        _, found = forked(again)
        log, left = found.pop("log"), found.pop("left")
        if found != self.new or log[-1:] != [self.new["vintage"]] or left:
            self.faults.append(f"{where}: run again: {found}, log {log}, left {left}")


def main(folder: str, mode: str) -> None:
    crashes = Crashes(Path(folder))
    if mode == "writes":
        at = 1
        while not crashes.run(f"write {at}", at=at):
            at += 1
    else:
        chance = random.Random(2024)  # noqa: S311 no secret
        for number in range(MOMENTS):
            moment = chance.uniform(0.0, 1.02 * crashes.seconds)
            crashes.run(f"moment {number} ({moment:.3f} s)", after=moment)
    found = {
        "kills": crashes.kills,
        "writes": crashes.writes,
        "faults": crashes.faults,
        "vintages": sorted(crashes.vintages),
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
