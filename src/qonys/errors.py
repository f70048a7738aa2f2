"""Every error Qonys raises on purpose, grouped by who must act.

A message says what is wrong, where, why it matters and what to do next. The command line prints it without a
traceback and exits with the code of its class; anything else that reaches the top is a defect of ours.
"""

from __future__ import annotations


class QonysError(Exception):
    """Something that a person can put right.

    Args:
        what: what is wrong, in one sentence.
        where: file, row, rule or setting, as far as it is known.
        next_step: what to do about it.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        self.what, self.where, self.next_step = what, where, next_step
        super().__init__(": ".join(part for part in (where, what) if part) + (f" {next_step}" if next_step else ""))


class SupplierError(QonysError):
    """A delivery cannot be read: whoever supplied the file must act."""

    exit_code = 3


class StatisticianError(QonysError):
    """A definition, a design or an identity is broken: the statistician must act."""

    exit_code = 4


class ProfileError(StatisticianError):
    """A file of a country's profile is wrong."""

    exit_code = 5


class OperatorError(QonysError):
    """A key, a folder, a port or a setting is missing: whoever runs the machine must act."""

    exit_code = 6
