"""``python -m qonys`` is ``qonys``."""

from qonys.cli import main

main()
