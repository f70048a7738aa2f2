"""JSON lines: lines that are no object, objects that hold too much or too little."""

from __future__ import annotations

import json
from collections.abc import Iterator

from spec.bad_files.bad_file import MARK, BadFile, slip, slips

NO_OBJECT = "The row is no JSON object."
GOOD = [json.dumps(one) for one in slips(2)]


def bad_files() -> Iterator[BadFile]:
    for fault, line, reason in _partly():
        yield BadFile(fault, "lines_x.jsonl", _joined(GOOD[0], line, GOOD[1]), taken=2, quarantined={2: reason})
    for fault, content, what in _refused():
        yield BadFile(fault, "lines_x.jsonl", content, refused=what)
    for fault, content, taken, notes in _taken():
        yield BadFile(fault, "lines_x.jsonl", content, taken=taken, notes=notes)
    yield BadFile(
        "a last JSON line cut off",
        "lines_x.jsonl",
        _joined(*GOOD) + GOOD[0][:50].encode(),
        taken=2,
        quarantined={3: NO_OBJECT},
    )


def _partly() -> Iterator[tuple[str, str, str]]:
    line = json.dumps(slip(9))
    yield "a JSON line cut off", line[:40], NO_OBJECT
    yield "a JSON line with a comma too many", line[:-1] + ",}", NO_OBJECT
    yield "a JSON line in single quotation marks", line.replace('"', "'"), NO_OBJECT
    yield "a JSON line that is a list", json.dumps(list(slip(9).values())), NO_OBJECT
    yield "a JSON line that is a text", json.dumps(f"{MARK}009"), NO_OBJECT
    yield "a JSON line that is null", "null", NO_OBJECT
    yield "two objects in one JSON line", line + line, NO_OBJECT
    yield "a word between JSON lines", "end", NO_OBJECT
    yield (
        "a JSON line without the date",
        json.dumps({name: text for name, text in slip(9).items() if name != "DAY"}),
        "needed, but not stated",
    )
    yield "a JSON line with null for the date", json.dumps({**slip(9), "DAY": None}), "needed, but not stated"
    yield (
        "a JSON line with a list in a column",
        json.dumps({**slip(9), "CHILDREN": ["F20150302"]}),
        "CHILDREN holds a list or an object.",
    )
    yield (
        "a JSON line with an object in a column",
        json.dumps({**slip(9), "FROM": {"code": "N11"}}),
        "FROM holds a list or an object.",
    )
    yield "a JSON line with an empty object", "{}", "needed, but not stated"
    yield "a JSON line with another date", json.dumps({**slip(9), "DAY": "2024-03-05"}), "no date of the form %d.%m.%Y"
    yield (
        "a JSON line with a number for a date",
        json.dumps({**slip(9), "DAY": 20240305}),
        "no date of the form %d.%m.%Y",
    )
    yield "an identifier in the wrong key of a JSON line", json.dumps({**slip(9), "SEX": f"{MARK}009"}), "identifier"
    yield "NaN in a JSON line", line.replace('"2"', "NaN"), NO_OBJECT


def _refused() -> Iterator[tuple[str, bytes, str]]:
    rows = [json.loads(line) for line in GOOD]
    yield "an array instead of JSON lines", json.dumps(rows).encode() + b"\n", "lines"
    yield "an array over many lines", json.dumps(rows, indent=2).encode() + b"\n", "lines"
    yield "an object around the rows", json.dumps({"rows": rows}).encode() + b"\n", "are missing"
    yield "JSON lines with other keys", _joined(json.dumps({"id": 1}), json.dumps({"id": 2})), "none of them was found"
    yield (
        "JSON lines with keys in small letters",
        _joined(json.dumps({name.lower(): text for name, text in rows[0].items()})),
        "none of them was found",
    )
    yield (
        "JSON lines without a key in any row",
        _joined(*(json.dumps({name: text for name, text in one.items() if name != "BORN"}) for one in rows)),
        "the columns BORN are missing",
    )
    yield "blank JSON lines", b"\n\n\n", "holds no rows"
    yield "a delimited file named like JSON lines", ";".join(slip(1)).encode() + b"\n", "lines"
    yield (
        "bytes that are no UTF-8 in a JSON line",
        _joined(GOOD[0]) + b'{"SLIP": "\xff"}\n',
        "ow 2 holds bytes that are not utf-8",
    )


def _taken() -> Iterator[tuple[str, bytes, int, tuple[str, ...]]]:
    yield "a key twice in a JSON line", _joined(GOOD[0], GOOD[1][:-1] + ', "SEX": "f"}'), 2, ()
    yield (
        "a key that the layout does not know",
        _joined(*(json.dumps({**one, "COLOUR": "red"}) for one in slips(2))),
        2,
        ("left aside: COLOUR",),
    )
    yield (
        "keys of JSON lines in another order",
        _joined(*(json.dumps(dict(reversed(one.items()))) for one in slips(2))),
        2,
        (),
    )
    yield "codes as numbers in JSON lines", _joined(*(json.dumps({**one, "SCHOOL": 2}) for one in slips(2))), 2, ()
    yield (
        "identifiers as numbers in JSON lines",
        _joined(*(json.dumps({**one, "PERSON": int(one["PERSON"])}) for one in slips(2))),
        2,
        (),
    )
    yield "empty lines between JSON lines", b"\n" + _joined(GOOD[0], "", GOOD[1], ""), 2, ()
    yield "JSON lines without a last line break", _joined(*GOOD).rstrip(), 2, ()
    yield "JSON lines with escaped letters", _joined(*(line.replace("ard", "\\u0061rd") for line in GOOD)), 2, ()


def _joined(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
