"""The commands that make believe: a synthetic register, and the whole line on every shipped profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from qonys.cli.parameters import HERE, AsJson, WorkspaceFolder
from qonys.cli.show import as_json, prints, progress_shown, says, show_findings, show_table


def simulate(
    *,
    folder: Path | None = None,
    profile: str | None = None,
    seed: int = 2024,
    moves: int | None = None,
    years: int | None = None,
    workspace: WorkspaceFolder = HERE,
    json: AsJson = False,
) -> None:
    """Write a synthetic register as delivered files, with planted faults, deterministic from its seed.

    Args:
        folder: where to write; `deliveries` in the workspace where not given.
        profile: profile to simulate; that of the workspace where not given.
        seed: seed of the random numbers.
        moves: this many moves of one year instead of the plan's own number, for benchmarks (1000000 … 1000000000).
        years: so many years, those before the plan's own being invented like its first one.
        workspace: folder of the workspace.
        json: print the written files as JSON.
    """
    from qonys.production.simulating import simulate_register
    from qonys.store.workspace import Workspace

    name = profile or Workspace.open(workspace).profile
    target = folder or workspace / "deliveries"
    with progress_shown() as progress:
        outcome = simulate_register(name, target, seed=seed, moves=moves, progress=progress, years=years)
    if json:
        as_json({"deliveries": outcome.data, "findings": outcome.findings})
        return
    rows = [[str(d.path), d.layout, str(d.received), d.slips, d.persons] for d in outcome.data]
    show_table("Simulated deliveries (synthetic)", ["File", "Layout", "Received", "Slips", "Persons"], rows)
    show_findings(outcome.findings)


def demo(
    folder: Path = Path("build/demo"),
    /,
    *,
    serve: Literal["yes", "no"] = "yes",
    port: int = 8100,
    only: Literal["mini", "kz", "es"] | None = None,
    json: AsJson = False,
) -> None:
    """Walk the whole line once: simulate, collect, process, tabulate, build, publish, serve.

    Throw-away keys are made. Spain's real registrations are taken too where QONYS_REAL_DATA or ../shared/data has them.

    Args:
        folder: where to build; made anew each time.
        serve: serve the portal at the end (yes), or only build it (no).
        port: port of the portal.
        only: only this country; all of them where none is named.
        json: print what was built as JSON.
    """
    import os

    from qonys.cli.serving import serve_until_stopped
    from qonys.cli.settings import today
    from qonys.production.demonstrating import demonstrate, real_data_folder

    with progress_shown() as progress:
        real_data = real_data_folder(os.environ)
        shown = demonstrate(folder, today=today(), real_data=real_data, progress=progress, only=only)
    result: dict[str, Any] = {"published": str(shown.published), "releases": shown.releases, "seconds": shown.seconds}
    if json:
        as_json({**result, "left_out": shown.left_out})
    else:
        rows = [[r.profile, r.period, r.vintage, ", ".join(r.languages)] for r in shown.releases]
        show_table("Releases", ["Profile", "Period", "Vintage", "Languages"], rows)
        show_table(
            "Seconds", ["Step", "Seconds"], [[step, f"{seconds:.1f}"] for step, seconds in shown.seconds.items()]
        )
        for note in shown.left_out:
            says.print(f"  left out: {note}", style="yellow")
        says.print("The releases are in:")
        prints.print(str(shown.published), soft_wrap=True)
    if serve == "yes":
        serve_until_stopped(shown.published, "127.0.0.1", port)
