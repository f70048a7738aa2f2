"""A release is checked, approved, scheduled and published at its hour, by named persons; corrected and withdrawn with a
notice; and what was published once stays as it was."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from litestar.testing import TestClient

from qonys.concepts.period import Period
from qonys.concepts.publication import PublicationPlan
from qonys.country.loading import load_profile
from qonys.errors import OperatorError
from qonys.production.approving import approve, check_build, schedule, standings, unschedule
from qonys.production.explained_release import published_files
from qonys.production.history import history
from qonys.production.office import Office
from qonys.production.publishing import correct, publish
from qonys.production.scheduling import wait
from qonys.production.withdrawing import withdraw
from qonys.published.bundles import PublishedFolder
from qonys.serve.site import site
from qonys.store.workspace import SETTINGS, Workspace
from spec.command_line import KEY_SETTINGS, qonys
from spec.drawn_slips import KEYS, TODAY
from spec.seed_figures import words_of_page
from walked_line import WalkedLine

YEAR = Period(2024)
DUE = datetime(2025, 3, 12, 12, tzinfo=UTC)
NOTICE = {"en": "Two slips were counted twice.", "es": "Dos hojas se contaron dos veces."}


class FakeClock:
    """Clocks that pass as the test wants: ``jumps`` are added to the wall clock when it comes to an instant."""

    def __init__(self, start: datetime, jumps: dict[float, float] | None = None) -> None:
        self.start, self.passed, self.jumps = start, 0.0, dict(jumps or {})
        self.naps: Callable[[], None] = lambda: None

    def wall(self) -> datetime:
        jumped = sum(by for at, by in self.jumps.items() if at <= self.passed)
        return self.start + timedelta(seconds=self.passed + jumped)

    def steady(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self.naps()


@dataclass
class Desk:
    """A workspace with a build, at which persons of a name work at an instant."""

    folder: Path
    told: list[str] = field(default_factory=list)

    def by(self, name: str, at: datetime = DUE - timedelta(days=1)) -> Office:
        office = Office(Workspace.open(self.folder), TODAY, lambda what, rows: None, KEYS, operator=name, now=at)
        office.__dict__["profile"] = load_profile(office.workspace.profile)
        return office

    def asks_for(self, approval: str) -> None:
        path = self.folder / SETTINGS
        path.write_text(path.read_text("utf-8").replace('approval = "off"', f'approval = "{approval}"'), "utf-8")

    @property
    def stage(self) -> str:
        return standings(self.by(""))[-1].stage

    @property
    def public(self) -> PublishedFolder:
        return PublishedFolder(Workspace.open(self.folder).published)

    def rebuilt_otherwise(self) -> str:
        """A build of another vintage, as if a delivery had come: the same figures under another name."""
        (old,) = self.folder.glob("releases/2024/*")
        new = Path(shutil.copytree(old, old.with_name("f" * 12)))
        for path in (new / "record.json", new / "bundle" / "release.json"):
            path.write_text(
                path.read_text("utf-8").replace(old.name, new.name).replace(f"-{new.name}", f"-{old.name}"), "utf-8"
            )
        release = new / "bundle" / "release.json"
        assert json.loads(release.read_bytes())["facts"]["vintage"] == new.name
        return new.name


@pytest.fixture
def desk(walked: WalkedLine, tmp_path: Path) -> Desk:
    folder = Path(shutil.copytree(walked.line.office.workspace.folder, tmp_path / "workspace"))
    shutil.rmtree(folder / "store" / "lifecycle", ignore_errors=True)
    (record,) = folder.glob("releases/2024/*/record.json")
    record.write_text(record.read_text("utf-8").replace('"operator": ""', '"operator": "Asel"'), "utf-8")
    return Desk(folder)


def test_a_release_goes_from_draft_to_superseded_and_each_step_has_a_name_and_an_hour(desk: Desk) -> None:
    desk.asks_for("other")
    assert desk.stage == "draft"
    check_build(desk.by("Asel"), YEAR)
    assert desk.stage == "checked"
    approve(desk.by("Bota"), YEAR, "looked at every table")
    assert desk.stage == "approved"
    schedule(desk.by("Bota"), YEAR)
    assert desk.stage == "scheduled"
    publish(desk.by("Dana", DUE), YEAR)
    assert desk.stage == "published"
    told = [(e.step, e.operator, e.instant) for e in history(desk.by("")) if "vintage" in e.what and e.step != "build"]
    eve = DUE - timedelta(days=1)
    assert told == [
        ("check", "Asel", eve), ("approve", "Bota", eve), ("schedule", "Bota", eve), ("publish", "Dana", DUE),
    ]  # fmt: skip
    desk.asks_for("off")
    first = standings(desk.by(""))[0].vintage
    desk.rebuilt_otherwise()
    path = desk.folder / SETTINGS
    path.write_text(path.read_text("utf-8").replace('approval = "other"', 'approval = "off"'), "utf-8")
    publish(desk.by("Dana", DUE + timedelta(days=9)), YEAR)
    assert {s.vintage: s.stage for s in standings(desk.by(""))} == {first: "superseded", "f" * 12: "published"}


def test_whoever_built_a_release_does_not_approve_it(desk: Desk) -> None:
    desk.asks_for("other")
    check_build(desk.by("Asel"), YEAR)
    with pytest.raises(OperatorError, match="Asel built this release, so somebody else must approve it"):
        approve(desk.by("Asel"), YEAR)
    with pytest.raises(OperatorError, match="It is not known who approves"):
        approve(desk.by(""), YEAR)
    assert desk.stage == "checked"


def test_nothing_is_approved_unchecked_nor_published_unapproved(desk: Desk) -> None:
    desk.asks_for("any")
    with pytest.raises(OperatorError, match="was not checked yet"):
        approve(desk.by("Bota"), YEAR)
    check_build(desk.by("Asel"), YEAR)
    for step in (publish, schedule):
        with pytest.raises(OperatorError, match="not approved: it is checked"):
            step(desk.by("Asel", DUE), YEAR)
    assert desk.public.current() == ()
    approve(desk.by("Asel"), YEAR)
    publish(desk.by("Asel", DUE), YEAR)
    assert desk.stage == "published"


def test_a_build_that_differs_in_one_byte_must_be_approved_again(desk: Desk) -> None:
    desk.asks_for("any")
    check_build(desk.by("Asel"), YEAR)
    approve(desk.by("Bota"), YEAR)
    (path,) = desk.folder.glob("releases/2024/*/record.json")
    record = json.loads(path.read_bytes())
    record["manifest"]["en/index.html"] = "0" * 64
    path.write_text(json.dumps(record))
    assert desk.stage == "draft"


def test_a_build_with_a_broken_sum_is_not_checked(desk: Desk) -> None:
    page = next(desk.folder.glob("releases/2024/*/bundle/en/index.html"))
    page.write_text(page.read_text("utf-8") + " ", "utf-8")
    assert not check_build(desk.by("Asel"), YEAR).holds
    assert desk.stage == "draft"


def test_before_its_hour_a_release_is_not_in_the_published_folder(desk: Desk) -> None:
    second = timedelta(seconds=1)
    with pytest.raises(OperatorError, match=r"under embargo until 2025-03-12T12:00:00\+00:00"):
        publish(desk.by("Asel", DUE - second), YEAR)
    assert not list(desk.public.folder.rglob("*.html"))
    publish(desk.by("Asel", DUE), YEAR)
    assert desk.public.current_vintage("mini", "2024")


def test_a_release_may_be_scheduled_later_than_announced_but_not_earlier_nor_in_the_past(desk: Desk) -> None:
    with pytest.raises(OperatorError, match="is before the instant that the calendar announced"):
        schedule(desk.by("Asel"), YEAR, DUE - timedelta(hours=1))
    with pytest.raises(OperatorError, match="has passed"):
        schedule(desk.by("Asel", DUE + timedelta(hours=2)), YEAR, DUE + timedelta(hours=1))
    schedule(desk.by("Asel"), YEAR, DUE + timedelta(hours=1))
    with pytest.raises(OperatorError, match="13:00:00"):
        publish(desk.by("Asel", DUE), YEAR)
    unschedule(desk.by("Asel"), YEAR)
    publish(desk.by("Asel", DUE), YEAR)
    with pytest.raises(OperatorError, match="is not scheduled"):
        unschedule(desk.by("Asel"), YEAR)


def test_the_zone_knows_that_the_clocks_of_kazakhstan_were_set_back_on_1_march_2024() -> None:
    plan = PublicationPlan("Asia/Almaty", "10:00")
    before, after = plan.instant(datetime(2024, 2, 29).date()), plan.instant(datetime(2024, 3, 1).date())  # noqa: DTZ001 days
    assert before.astimezone(UTC).isoformat() == "2024-02-29T04:00:00+00:00"
    assert after.astimezone(UTC).isoformat() == "2024-03-01T05:00:00+00:00"
    assert load_profile("kz").publication.zone == ZoneInfo("Asia/Almaty")


def test_whoever_waits_publishes_at_the_instant(desk: Desk) -> None:
    schedule(desk.by("Asel"), YEAR)
    clock = FakeClock(DUE - timedelta(hours=3))
    clock.naps = lambda: desk.told.append("early") if clock.wall() < DUE and desk.public.current() else None
    (done,) = wait(desk.by("Asel"), None, clock, desk.told.append)
    assert done.period == "2024"
    assert timedelta() <= clock.wall() - DUE < timedelta(seconds=0.1)
    assert desk.stage == "published"
    assert "early" not in desk.told


@pytest.mark.parametrize("jump", [7200.0, 86400.0])
def test_a_clock_that_jumps_ahead_publishes_nothing_early(desk: Desk, jump: float) -> None:
    schedule(desk.by("Asel"), YEAR)
    clock = FakeClock(DUE - timedelta(hours=1), {600.0: jump})
    wait(desk.by("Asel"), None, clock, desk.told.append)
    assert 3600.0 <= clock.passed < 3601.0, "the hour has passed"
    assert any(f"jumped by {jump:+.0f} seconds" in told for told in desk.told)


def test_a_clock_that_jumps_back_publishes_nothing_before_its_hour_on_the_wall(desk: Desk) -> None:
    schedule(desk.by("Asel"), YEAR)
    clock = FakeClock(DUE - timedelta(hours=1), {600.0: -1800.0})
    wait(desk.by("Asel"), None, clock, desk.told.append)
    assert clock.wall() >= DUE
    assert any("jumped by -1800 seconds" in told for told in desk.told)


def test_a_clock_behind_the_log_is_told_and_nothing_is_published(desk: Desk) -> None:
    check_build(desk.by("Asel", DUE + timedelta(days=2)), YEAR)
    with pytest.raises(OperatorError, match="the clock went back"):
        publish(desk.by("Asel", DUE + timedelta(days=1)), YEAR)
    assert desk.public.current() == ()


def test_a_wait_that_is_called_off_ends_without_publishing(desk: Desk) -> None:
    schedule(desk.by("Asel"), YEAR)
    clock = FakeClock(DUE - timedelta(hours=1))
    clock.naps = lambda: unschedule(desk.by("Bota"), YEAR) and None if desk.stage == "scheduled" else None  # type: ignore[func-returns-value]
    assert wait(desk.by("Asel"), None, clock, desk.told.append) == ()
    assert desk.public.current() == ()
    with pytest.raises(OperatorError, match="No release is scheduled"):
        wait(desk.by("Asel"), None, clock, desk.told.append)


def test_two_who_publish_at_once_one_wins_and_the_other_is_told(desk: Desk) -> None:
    with desk.public.publishing(), pytest.raises(OperatorError, match="Somebody else publishes into this folder now"):
        publish(desk.by("Asel", DUE), YEAR)
    publish(desk.by("Asel", DUE), YEAR)
    assert desk.stage == "published"


def test_a_correction_takes_the_place_of_what_was_public_and_says_why_in_every_language(desk: Desk) -> None:
    first = publish(desk.by("Asel", DUE), YEAR).data
    before = {path: path.read_bytes() for path in Path(first.folder).rglob("*") if path.is_file()}
    with pytest.raises(OperatorError, match="Nothing else is public"):
        correct(desk.by("Asel", DUE), YEAR, NOTICE)
    new = desk.rebuilt_otherwise()
    with pytest.raises(OperatorError, match="The notice is missing in es"):
        correct(desk.by("Asel", DUE), YEAR, {"en": "x"})
    correct(desk.by("Asel", DUE + timedelta(days=1)), YEAR, NOTICE)
    status = desk.public.status("mini", "2024")
    assert status is not None
    assert status.current == new
    old = status.of(first.vintage)
    assert old is not None
    assert (old.state, old.published) == ("superseded", "2025-03-12T12:00:00+00:00")
    assert old.notice["en"] == "This version was corrected on 13 March 2025. Two slips were counted twice."
    assert old.notice["es"] == "El 13 de marzo de 2025 se corrigió esta versión. Dos hojas se contaron dos veces."
    assert {path: path.read_bytes() for path in Path(first.folder).rglob("*") if path.is_file()} == before


def test_the_banner_is_on_every_page_of_an_earlier_vintage_and_on_none_of_the_current_one(desk: Desk) -> None:
    first = publish(desk.by("Asel", DUE), YEAR).data
    with TestClient(site(desk.public.folder)) as portal:
        page = portal.get(f"/mini/2024/{first.vintage}/es/")
        assert page.content == (Path(first.folder) / "es" / "index.html").read_bytes(), "the very bytes"
        assert (
            portal.get(f"/mini/2024/{first.vintage}/es/", headers={"If-None-Match": page.headers["etag"]}).status_code
            == 304
        )
        new = desk.rebuilt_otherwise()
        correct(desk.by("Asel", DUE), YEAR, NOTICE)
        later = portal.get(f"/mini/2024/{first.vintage}/es/", headers={"If-None-Match": page.headers["etag"]})
        assert later.status_code == 200
        assert 'id="vintage-banner"' in later.text
        assert "Dos hojas se contaron dos veces." in later.text
        assert 'href="../../latest/es/index.html">Ir a la última versión</a>' in later.text
        assert "vintage-banner" not in portal.get(f"/mini/2024/{new}/es/").text
        for address in ("/mini/2024/latest/es/index.html", "/mini/2024/latest/es/"):
            assert f"/mini/2024/{new}/es/" in str(portal.get(address).url)


def test_the_permanent_address_leads_to_the_current_vintage_without_a_server_too(desk: Desk) -> None:
    first = publish(desk.by("Asel", DUE), YEAR).data
    for language in ("en", "es"):
        page = (desk.public.folder / "mini" / "2024" / "latest" / language / "index.html").read_text("utf-8")
        assert f"url=../../{first.vintage}/{language}/index.html" in page
        assert (
            desk.public.folder / "mini" / "2024" / "latest" / language / f"../../{first.vintage}/{language}/index.html"
        ).is_file()
        assert f'href="../../latest/{language}/index.html"' in (Path(first.folder) / language / "index.html").read_text(
            "utf-8"
        )


def test_a_withdrawn_release_gives_way_to_a_page_that_says_why_and_does_not_come_back(desk: Desk) -> None:
    first = publish(desk.by("Asel", DUE), YEAR).data
    with pytest.raises(OperatorError, match="The notice is missing in en"):
        withdraw(desk.by("Asel", DUE), YEAR, {"es": "x"})
    notice = withdraw(desk.by("Dana", DUE + timedelta(days=1)), YEAR, NOTICE)
    status = desk.public.status("mini", "2024")
    assert status is not None
    assert [(one.vintage, one.state) for one in status.vintages] == [
        (first.vintage, "withdrawn"),
        (notice.vintage, "notice"),
    ]
    page = (Path(notice.folder) / "en" / "index.html").read_text("utf-8")
    assert "This release was withdrawn on 13 March 2025. Two slips were counted twice." in words_of_page(page)
    assert Path(first.folder).is_dir(), "no link breaks"
    asked = published_files(desk.by("Dana", DUE + timedelta(days=1)), YEAR, None)
    assert asked.facts.vintage == first.vintage, "what is explained and verified is what has figures"
    assert desk.stage == "withdrawn"
    with pytest.raises(OperatorError, match="withdrawn already"):
        withdraw(desk.by("Dana", DUE + timedelta(days=2)), YEAR, NOTICE)
    with pytest.raises(OperatorError, match="This vintage was withdrawn"):
        publish(desk.by("Asel", DUE + timedelta(days=2)), YEAR)
    new = desk.rebuilt_otherwise()
    publish(desk.by("Asel", DUE + timedelta(days=2)), YEAR)
    assert desk.public.current_vintage("mini", "2024") == new


def test_nothing_is_withdrawn_that_is_not_public(desk: Desk) -> None:
    with pytest.raises(OperatorError, match="Nothing of 2024 is public"):
        withdraw(desk.by("Asel", DUE), YEAR, NOTICE)


def test_an_entry_that_was_changed_or_taken_out_stops_everything(desk: Desk) -> None:
    check_build(desk.by("Asel"), YEAR)
    check_build(desk.by("Asel"), YEAR)
    first = desk.folder / "store" / "lifecycle" / "000001.json"
    content = first.read_text("utf-8")
    first.write_text(content.replace("Asel", "Bota"), "utf-8")
    with pytest.raises(OperatorError, match="one of the two was changed"):
        publish(desk.by("Asel", DUE), YEAR)
    first.unlink()
    with pytest.raises(OperatorError, match="cannot be read"):
        publish(desk.by("Asel", DUE), YEAR)
    first.write_text(content, "utf-8")
    publish(desk.by("Asel", DUE), YEAR)


def test_a_run_that_was_cut_off_before_the_log_is_finished_by_the_next_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = desk.by("Asel", DUE)
    with monkeypatch.context() as patched:
        patched.setattr(
            type(office.store.lifecycle), "append", lambda self, entry: (_ for _ in ()).throw(OSError("off"))
        )
        with pytest.raises(OSError, match="off"):
            publish(office, YEAR)
    assert desk.public.current_vintage("mini", "2024")
    assert desk.stage == "draft"
    publish(desk.by("Asel", DUE), YEAR)
    assert desk.stage == "published"


def test_the_whole_way_by_command(desk: Desk) -> None:
    desk.asks_for("other")

    def asked(name: str, *words: object) -> str:
        ran = qonys("release", *words, "--workspace", desk.folder, settings={**KEY_SETTINGS, "QONYS_OPERATOR": name})
        return f"{ran.code} {ran.said}"

    assert "0 faults" in asked("Asel", "check", "2024")
    assert asked("Asel", "approve", "2024").startswith("6 ")
    assert "approved (due 2025-03-12T12:00:00+00:00)" in asked("Bota", "approve", "2024")
    assert "has passed" in asked("Bota", "schedule", "2024")
    assert "No release is scheduled" in asked("Bota", "wait")
    assert "Published mini 2024" in asked("Bota", "publish")
    assert "published │ Bota" in asked("Bota", "list")
    desk.rebuilt_otherwise()
    assert "0 faults" in asked("Asel", "check", "2024")
    assert asked("Bota", "approve", "2024").startswith("0 ")
    notice = ("--notice.en", NOTICE["en"], "--notice.es", NOTICE["es"])
    assert "Published mini 2024, vintage ffffffffffff" in asked("Bota", "correct", "2024", *notice)
    assert "Published mini 2024" in asked("Bota", "withdraw", "2024", *notice)
    assert "release 2024, vintage ffffffffffff" in qonys("history", "--workspace", desk.folder).said


def test_what_a_zone_or_an_hour_cannot_be_is_told(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(load_profile("mini").folder, tmp_path / "mine"))
    for written, told in (("time_zone: Asia/Atlantis", "is no time zone"), ('hour: "25:00"', "is no hour")):
        (folder / "publication.yaml").write_text(written + "\n", encoding="utf-8")
        ran = qonys("profile", "check", folder)
        assert ran.code == 5
        assert told in ran.said
