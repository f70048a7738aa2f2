"""The command line: parse, call production, show. A module per group of commands."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run a command; what a person can put right ends with a message and an exit code, never with a traceback."""
    # Matrices are small here: threads for them wait for one another longer than one thread computes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A command makes many objects and hardly a cycle: looking for cycles at each 700th took half a second of a release.
    gc.set_threshold(100_000, 20, 20)
    from qonys.cli.commands import app, load_commands_told_of
    from qonys.cli.show import show_error
    from qonys.errors import QonysError, told_if_disk_full, told_if_not_allowed

    try:
        with told_if_not_allowed(), told_if_disk_full(""):
            load_commands_told_of(sys.argv[1:])
            app(sys.argv[1:])
    except QonysError as error:
        show_error(error, json="--json" in sys.argv)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        # What a command leaves behind goes with its process: looking through it for cycles takes half a second.
        gc.freeze()
