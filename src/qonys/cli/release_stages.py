"""The commands by which a release goes its way: approved, scheduled, published at its hour, corrected, withdrawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder
from qonys.cli.show import as_json, prints, progress_shown, says, show_table

if TYPE_CHECKING:
    from qonys.production.approving import ReleaseStanding
    from qonys.publish.publication import Publication


def list_releases(*, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """List every build of the workspace and where it stands: draft, checked, approved, scheduled, published …

    Args:
        workspace: folder of the workspace.
        json: print the list as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.production.approving import standings

    with progress_shown() as progress:
        found = standings(line_of(workspace, progress).office)
    if json:
        as_json({"releases": found})
        return
    rows = [
        [
            s.period,
            s.vintage,
            s.stage,
            s.operator or "–",
            f"{s.instant:%Y-%m-%d %H:%M:%S}" if s.instant else "–",
            s.due.isoformat(),
        ]
        for s in found
    ]
    show_table("Releases", ["Period", "Vintage", "State", "By", "Since (UTC)", "Due"], rows)


def calendar(*, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Show the release calendar, a year back and a year ahead, and renew its files in the published folder.

    Args:
        workspace: folder of the workspace.
        json: print the calendar as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.production.announcing import publish_calendar
    from qonys.published.bundles import PublishedFolder

    with progress_shown() as progress:
        office = line_of(workspace, progress).office
        with PublishedFolder(office.workspace.published).publishing():
            found = publish_calendar(office)
    if json:
        as_json({"calendar": found})
        return
    rows = [
        [
            r.announced.isoformat(),
            r.release,
            r.period,
            r.by,
            r.published.isoformat(timespec="seconds") if r.published else "–",
            _in_seconds(r.delay),
        ]
        for r in found.releases
    ]
    show_table("Release calendar", ["Announced", "Release", "Period", "By", "Appeared", "Delay"], rows)
    on_time, published = found.punctuality["on_time"], found.punctuality["published"]
    says.print(f"{on_time} of {published} releases appeared within a minute of their hour.")
    prints.print(found.folder, soft_wrap=True)


def _in_seconds(delay: timedelta | None) -> str:
    return "–" if delay is None else str(timedelta(seconds=round(delay.total_seconds())))


def approve(period: str, /, *, note: str = "", workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Approve the latest build of a period, after `qonys release check PERIOD`.

    Where the workspace asks for it (approval = "other" in qonys.toml), whoever built it cannot.

    Args:
        period: the period (2024).
        note: what is said besides.
        workspace: folder of the workspace.
        json: print where the release stands as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period
    from qonys.production.approving import approve as approved

    with progress_shown() as progress:
        stands = approved(line_of(workspace, progress).office, Period.parse(period), note)
    _show(stands, json=json)


def schedule(
    period: str,
    /,
    *,
    at: datetime | None = None,
    cancel: bool = False,
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Set the instant at which `qonys release wait` publishes the latest build of a period.

    Args:
        period: the period (2024).
        at: the instant (2025-03-12T10:00:00+05:00), without a zone on the wall of the office; the announced one where
            not given.
        cancel: take the instant back.
        workspace: folder of the workspace.
        json: print where the release stands as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period
    from qonys.production.approving import schedule as scheduled
    from qonys.production.approving import unschedule

    with progress_shown() as progress:
        office = line_of(workspace, progress).office
        stands = unschedule(office, Period.parse(period)) if cancel else scheduled(office, Period.parse(period), at)
    _show(stands, json=json)


def wait(period: str | None = None, /, *, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Wait for the instant of every scheduled release, publish each then, and end.

    Nothing is published early, should the clock of the machine jump.

    Args:
        period: only the release of this period.
        workspace: folder of the workspace.
        json: print what was published as JSON.
    """
    from qonys.cli.clocks import MachineClock
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period
    from qonys.production.scheduling import wait as waited

    def told(what: str) -> None:
        says.print(what, markup=False, soft_wrap=True)

    with progress_shown() as progress:
        office = line_of(workspace, progress).office
        done = waited(office, Period.parse(period) if period else None, MachineClock(), told)
    if json:
        as_json({"publications": done})
        return
    for publication in done:
        _show_publication(publication)


def publish(period: str | None = None, /, *, workspace: WorkspaceFolder = HERE, json: AsJson = False) -> None:
    """Copy the release that was built last into the published folder, and point to it.

    Not before its hour (calendar.yaml, publication.yaml), nor without approval where the workspace asks for one.

    Args:
        period: the period whose release to publish; the one built last where not given.
        workspace: folder of the workspace.
        json: print what was published as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period

    with progress_shown() as progress:
        line = line_of(workspace, progress)
        outcome = line.publish(Period.parse(period) if period else None)
    if json:
        as_json({"publication": outcome.data})
        return
    if line.office.workspace.approval == "off":
        says.print("Nobody had to approve it: approval is off in qonys.toml.")
    _show_publication(outcome.data)


def correct_release(
    period: str, /, *, notice: dict[str, str], workspace: WorkspaceFolder = HERE, json: AsJson = False
) -> None:
    """Publish the latest build of a period in the place of what is public, and tell readers why.

    The vintage before stays where it is, with a banner that says the notice.

    Args:
        period: the period (2024).
        notice: what was wrong, in every language of the profile: --notice.kk "…" --notice.ru "…".
        workspace: folder of the workspace.
        json: print what was published as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period

    with progress_shown() as progress:
        done = line_of(workspace, progress).correct(Period.parse(period), notice).data
    _show_publication(done, json=json)


def withdraw(
    period: str, /, *, notice: dict[str, str], workspace: WorkspaceFolder = HERE, json: AsJson = False
) -> None:
    """Withdraw what is public of a period: a page that says why takes its place.

    Its files stay where they are, under a banner, so that no link breaks.

    Args:
        period: the period (2024).
        notice: why, in every language of the profile: --notice.kk "…" --notice.ru "…".
        workspace: folder of the workspace.
        json: print what was published as JSON.
    """
    from qonys.cli.settings import line_of
    from qonys.concepts.period import Period
    from qonys.production.withdrawing import withdraw as withdrawn

    with progress_shown() as progress:
        done = withdrawn(line_of(workspace, progress).office, Period.parse(period), notice)
    _show_publication(done, json=json)


def _show(stands: ReleaseStanding, *, json: bool) -> None:
    if json:
        as_json({"release": stands})
        return
    says.print(f"{stands.period}, vintage {stands.vintage}: {stands.stage} (due {stands.due.isoformat()}).")


def _show_publication(done: Publication, *, json: bool = False) -> None:
    if json:
        as_json({"publication": done})
        return
    says.print(f"Published {done.profile} {done.period}, vintage {done.vintage}.")
    prints.print(done.folder, soft_wrap=True)
