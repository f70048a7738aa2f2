"""Reads the files of a profile strictly: a mistake is reported with file, line, what is wrong and what is allowed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from qonys.errors import ProfileError

T = TypeVar("T")
Lines = dict[tuple[str | int, ...], int]

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[(\.\.\.)\]")
_TEXT = "tag:yaml.org,2002:str"
_UNKNOWN_FIELD = re.compile(r"unknown field `([^`]+)`")


def read_yaml(path: Path, kind: type[T]) -> T:
    """The content of a YAML file as a typed record.

    Raises:
        ProfileError: the file is missing, is no YAML, or does not fit the type; with file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ProfileError("The file is missing.", where=str(path), next_step="Every profile needs it.") from None
    except UnicodeDecodeError as error:
        raise ProfileError("The file is not UTF-8.", where=str(path), next_step="Save it as UTF-8.") from error
    lines: Lines = {}
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        content = None if node is None else _content(node, (), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ProfileError(f"This is not YAML: {error.problem}.", where=at) from error
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise _located(path, content, kind, str(error), lines) from error


def _content(node: yaml.Node, path: tuple[str | int, ...], lines: Lines) -> Any:  # noqa: ANN401 YAML holds anything
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        content = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in content:
                line = key_node.start_mark.line + 1
                raise yaml.MarkedYAMLError(
                    problem=f"“{key}” stands twice (line {line})", problem_mark=key_node.start_mark
                )
            content[key] = _content(value_node, (*path, key), lines)
            lines[(*path, key)] = key_node.start_mark.line + 1
        return content
    if isinstance(node, yaml.SequenceNode):
        return [_content(child, (*path, index), lines) for index, child in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:  # noqa: ANN401
    if node.tag == _TEXT:  # most are texts, and a text needs nothing that makes a value of it
        return node.value
    loader = yaml.CSafeLoader("")
    try:
        value = loader.construct_object(node, deep=True)
    finally:
        loader.dispose()
    return value.isoformat() if isinstance(value, date) else value


def _located(path: Path, content: object, kind: type, message: str, lines: Lines) -> ProfileError:
    what, _, place = message.partition(" - at `$")
    steps = _steps(place.rstrip("`"), content, kind, message)
    unknown = _UNKNOWN_FIELD.search(what)
    line = lines.get((*steps, unknown[1])) if unknown else None
    while line is None and steps and steps not in lines:
        steps = steps[:-1]
    field = ".".join(str(step) for step in steps)
    found = _scalar_at(content, steps)
    next_step = _allowed(kind, steps) if unknown or "missing required" in what or "enum" in what else ""
    return ProfileError(
        f"{what}{f' (in {field})' if field else ''}{f', found “{found}”' if found else ''}.",
        where=f"{path}:{line or lines.get(steps, 1)}",
        next_step="Write a date as 2024-01-31." if what.endswith("encoded date") else next_step,
    )


def _scalar_at(content: object, steps: tuple[str | int, ...]) -> str:
    here: Any = content
    for step in steps:
        here = here[step]
    return "" if isinstance(here, dict | list) else str(here)


def _steps(place: str, content: object, kind: type, message: str) -> tuple[str | int, ...]:
    """The path msgspec names; where it only says *some value of this mapping*, the key is found by leaving it out."""
    steps: list[str | int] = []
    here: Any = content
    for name, index, any_value in _STEP.findall(place):
        if any_value:
            key = next((key for key in here if not _still_fails(content, kind, steps, key, message)), None)
            if key is None:
                break
            step: str | int = key
        else:
            step = int(index) if index else name
        steps.append(step)
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            break
    return tuple(steps)


def _still_fails(content: object, kind: type, steps: list[str | int], key: str, message: str) -> bool:
    trial = msgspec.json.decode(msgspec.json.encode(content))
    holder = trial
    for step in steps:
        holder = holder[step]
    del holder[key]
    try:
        msgspec.convert(trial, kind)
    except msgspec.ValidationError as error:
        return str(error) == message
    return False


def _allowed(kind: type, steps: tuple[str | int, ...]) -> str:
    """The fields of the record at a path, or the values of the choice there, for a reader who mistyped one."""
    here: msgspec.inspect.Type = msgspec.inspect.type_info(kind)
    for step in steps:
        here = _inside(here, step)
    while isinstance(here, msgspec.inspect.UnionType):
        here = next((t for t in here.types if isinstance(t, msgspec.inspect.StructType)), here.types[0])
    if isinstance(here, msgspec.inspect.LiteralType):
        return f"Allowed: {', '.join(map(str, here.values))}."
    if isinstance(here, msgspec.inspect.EnumType):
        return f"Allowed: {', '.join(str(member.value) for member in here.cls)}."
    if not isinstance(here, msgspec.inspect.StructType):
        return ""
    needed = [f.encode_name for f in here.fields if f.required]
    free = [f.encode_name for f in here.fields if not f.required]
    return f"Needed: {', '.join(needed) or 'nothing'}. Allowed besides: {', '.join(free) or 'nothing'}."


def _inside(kind: msgspec.inspect.Type, step: str | int) -> msgspec.inspect.Type:
    if isinstance(kind, msgspec.inspect.UnionType):
        kind = next((t for t in kind.types if not isinstance(t, msgspec.inspect.NoneType)), kind)
    if isinstance(kind, msgspec.inspect.StructType):
        return next((f.type for f in kind.fields if f.encode_name == step), kind)
    if isinstance(kind, msgspec.inspect.DictType):
        return kind.value_type
    return getattr(kind, "item_type", kind)


def read_csv(path: Path, kind: type[T], *, names: tuple[str, ...] = ()) -> Iterator[tuple[int, T, dict[str, str]]]:
    """The rows of a comma-separated file: line, typed record, and the names by language.

    The columns ``name_<language>`` are taken out of the record and must be filled for every language in ``names``.

    Raises:
        ProfileError: the file is missing, a column is missing or unknown, a value does not fit; with file and line.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        raise ProfileError("The file is missing.", where=str(path), next_step="Every profile needs it.") from None
    except UnicodeDecodeError as error:
        raise ProfileError("The file is not UTF-8.", where=str(path), next_step="Save it as UTF-8.") from error
    for line, row in enumerate(rows, start=2):
        where = f"{path}:{line}"
        if None in row or None in row.values():
            raise ProfileError("The row has more or fewer values than the heading has columns.", where=where)
        labels = {language: row.pop(f"name_{language}", "").strip() for language in names}
        absent = [language for language, label in labels.items() if not label]
        if absent:
            raise ProfileError(
                f"The name is missing in {', '.join(absent)}.", where=where, next_step=f"Fill name_{absent[0]}."
            )
        filled = {key: value for key, value in row.items() if value != ""}
        try:
            yield line, msgspec.convert(filled, kind, strict=False), labels
        except msgspec.ValidationError as error:
            raise _located(
                path, filled, kind, str(error), {(): line, **dict.fromkeys(((name,) for name in filled), line)}
            ) from error
