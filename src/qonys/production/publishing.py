"""The step *publish*: the latest build of a period becomes public."""

from __future__ import annotations

from pathlib import Path

from qonys.concepts.period import Period
from qonys.datasets.outcome import Outcome
from qonys.errors import OperatorError
from qonys.production.office import Office
from qonys.publish.publication import Publication, publish_bundle
from qonys.published.bundles import PublishedFolder


def publish(office: Office, period: Period | None = None) -> Outcome[Publication]:
    """Publish the release of a period that was built last; of the period built last where none is named.

    Raises:
        OperatorError: nothing was built, or the build is not whole.
    """
    built = _latest_build(office, period)
    return Outcome(publish_bundle(built / "bundle", PublishedFolder(office.workspace.published)))


def _latest_build(office: Office, period: Period | None) -> Path:
    pattern = f"{period or '*'}/*/record.json"
    records = sorted(office.workspace.releases.glob(pattern), key=lambda path: path.stat().st_mtime_ns)
    if not records:
        raise OperatorError(
            f"No release{f' of {period}' if period else ''} was built.",
            next_step=f"Run `qonys release build {period or 'PERIOD'}` first.",
        )
    return records[-1].parent
