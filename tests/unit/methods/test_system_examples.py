"""The examples in the docstrings of the indices of a system are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from qonys.methods import systems

MODULES = sorted(module.name for module in pkgutil.iter_modules(systems.__path__, f"{systems.__name__}."))


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) >= 20


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
