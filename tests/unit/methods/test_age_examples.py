"""The examples in the docstrings of the methods on ages are true, and every public function has one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

from qonys.methods import ages

MODULES = sorted(module.name for module in pkgutil.iter_modules(ages.__path__, f"{ages.__name__}."))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_every_public_function_shows_an_example(name: str) -> None:
    functions = [
        function
        for key, function in vars(importlib.import_module(name)).items()
        if inspect.isfunction(function) and function.__module__ == name and not key.startswith("_")
    ]
    assert [function.__name__ for function in functions if ">>>" not in (function.__doc__ or "")] == []


def test_the_head_of_the_package_names_every_module() -> None:
    listed = [line.split()[0] for line in (ages.__doc__ or "").splitlines() if line.startswith("    ")]
    assert sorted(listed) == [name.rsplit(".", 1)[1] for name in MODULES]
