"""The step *publish*: the latest build of a period becomes public."""

from __future__ import annotations

from qonys.concepts.period import Period
from qonys.datasets.outcome import Outcome
from qonys.production.built_releases import built_release
from qonys.production.office import Office
from qonys.publish.publication import Publication, publish_bundle
from qonys.published.bundles import PublishedFolder


def publish(office: Office, period: Period | None = None) -> Outcome[Publication]:
    """Publish the release of a period that was built last; of the period built last where none is named.

    Raises:
        OperatorError: nothing was built, or the build is not whole.
    """
    return Outcome(publish_bundle(built_release(office, period).bundle, PublishedFolder(office.workspace.published)))
