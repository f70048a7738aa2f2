"""Profiles as they were when a release was built from them, one folder for each content hash.

Laws: a kept profile is never changed; it appears at once and whole. So a release can be built again after the profile
went on.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_HASH_DIGITS = 16


def keep_profile(profile: Path, content_hash: str, kept: Path) -> Path:
    """Keep a copy of a profile's folder, unless it is kept already; where it lies.

    Args:
        profile: folder of the profile.
        content_hash: hash of its content.
        kept: folder of all kept profiles.
    """
    target = kept_profile(content_hash, kept)
    if target.is_dir():
        return target
    kept.mkdir(parents=True, exist_ok=True)
    beside = kept / f".{target.name}.{os.getpid()}"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        shutil.copytree(profile, beside, ignore=shutil.ignore_patterns("__pycache__"))
        if not target.is_dir():
            beside.rename(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target


def kept_profile(content_hash: str, kept: Path) -> Path:
    """Where a profile of this content is kept, whether it is there or not."""
    return kept / content_hash[:_HASH_DIGITS]
