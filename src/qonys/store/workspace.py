"""A workspace: the folder in which an office works on one country, and its settings in ``qonys.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from qonys.errors import OperatorError

SETTINGS = "qonys.toml"


_SIZE = re.compile(r"\d+(\.\d+)? ?([KMGT]i?)?B", re.IGNORECASE)


class _Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    profile: str
    published: str = "../published"
    memory: str = "1200MB"
    threads: Annotated[int, msgspec.Meta(ge=1)] | None = None
    engine: str = "duckdb"
    approval: Literal["off", "any", "other"] = "off"
    signer: str = ""


@dataclass(frozen=True)
class Workspace:
    """The folders of a workspace. What is published lies outside of it."""

    folder: Path
    profile: str
    published: Path
    memory: str
    threads: int | None
    engine: str = "duckdb"
    approval: Literal["off", "any", "other"] = "off"
    signer: str = ""

    @classmethod
    def create(cls, folder: Path, profile: str, *, published: str = "../published") -> Workspace:
        """Make a new workspace.

        Args:
            folder: a folder that does not exist, or is empty.
            profile: name of a shipped profile, or a folder.
            published: the published folder, as seen from the workspace.

        Raises:
            OperatorError: the folder is one already, or holds something else.
        """
        _fail_if_misread(folder)
        if folder.exists() and any(folder.iterdir()):
            raise OperatorError(
                "The folder is not empty.", where=str(folder), next_step="Name a new folder, or empty this one."
            )
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SETTINGS).write_text(
            "# A workspace of Qonys. Confidential: keep it on the office's side of the wall.\n"
            f"profile = {msgspec.json.encode(profile).decode()}\n"
            "# Released output goes here, outside of the workspace:\n"
            f"published = {msgspec.json.encode(published).decode()}\n"
            '# Bound on the memory of a query:\nmemory = "1200MB"\n'
            "# Who must approve a release before it is published: nobody (off), anybody (any), or somebody else than\n"
            '# who built it (other):\napproval = "off"\n',
            encoding="utf-8",
        )
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Workspace:
        """Open a workspace.

        Raises:
            OperatorError: the folder is none, or its settings are wrong.
        """
        path = folder / SETTINGS
        _fail_if_misread(folder)
        try:
            settings = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Settings)
        except FileNotFoundError:
            raise OperatorError(
                "This is no workspace: it has no qonys.toml.",
                where=str(folder),
                next_step="Make one with `qonys new DIR --profile kz`, or name one with --workspace DIR.",
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
            raise OperatorError(f"The settings are wrong: {error}", where=str(path)) from error
        if not _SIZE.fullmatch(settings.memory):
            raise OperatorError(
                f"The settings are wrong: “{settings.memory}” is no size of memory.",
                where=str(path),
                next_step="Write memory as a number with its unit, such as 1200MB or 4GB.",
            )
        return cls(
            folder,
            _profile_place(settings.profile, folder),
            (folder / settings.published).resolve(),
            settings.memory,
            settings.threads,
            settings.engine,
            settings.approval,
            settings.signer,
        )

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def releases(self) -> Path:
        """Releases as built, before they are published."""
        return self.folder / "releases"

    @property
    def profiles(self) -> Path:
        """Profiles as they were when a release was built from them."""
        return self.folder / "profiles"

    @property
    def spill(self) -> Path:
        return self.folder / "store" / "spill"


def _fail_if_misread(folder: Path) -> None:
    """Delta Lake's reader takes a percent sign in a path for the beginning of an escape (deltalake 1.6)."""
    if "%" in str(folder.resolve()):
        raise OperatorError(
            "A percent sign in the path of a workspace is misread by the library that keeps the states.",
            where=str(folder),
            next_step="Rename the folder, or put the workspace elsewhere.",
        )


def _profile_place(profile: str, folder: Path) -> str:
    """A profile's folder is written relative to the workspace; a shipped one is only a name."""
    return str((folder / profile).resolve()) if profile.startswith(".") else profile
