"""Files that are set beside the pages."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest

from qonys.disseminate.figures.png import png_of, pngs_of
from qonys.disseminate.press import Press
from qonys.errors import StatisticianError

HEAD = b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="30" font-family="Inter">'
SQUARE, LETTERS = HEAD + b'<rect width="9" height="9"/></svg>', HEAD + b'<text x="9" y="20">Qazaq</text></svg>'


def slowly() -> dict[str, bytes]:
    time.sleep(0.01)
    return {"slow": b"1"}


def test_all_files_ordered_are_there_whatever_takes_longest() -> None:
    with Press() as press:
        press.order(slowly)
        press.order(lambda: {"quick": b"2"})
        assert press.files() == {"slow": b"1", "quick": b"2"}


def test_files_are_made_beside_what_orders_them() -> None:
    with Press() as press:
        press.order(lambda: {"thread": threading.current_thread().name.encode()})
        assert press.files()["thread"] != threading.current_thread().name.encode()


def test_so_many_files_are_made_at_once_as_the_press_has_hands() -> None:
    together = threading.Barrier(2)

    def meets_the_other() -> dict[str, bytes]:
        return {str(together.wait(5)): b""}

    with Press(hands=2) as press:
        press.order(meets_the_other)
        press.order(meets_the_other)
        assert set(press.files()) == {"0", "1"}


def test_documents_set_at_once_are_those_set_one_by_one() -> None:
    alone = [png_of(SQUARE), png_of(LETTERS)]
    with Press(hands=2) as press:
        for name, svg in (("square", SQUARE), ("letters", LETTERS)) * 5:
            press.order(partial(lambda name, svg: {name: png_of(svg)}, name, svg))
        assert list(press.files().values()) == alone


def test_what_cannot_be_made_is_told_as_if_it_were_made_on_the_spot() -> None:
    def refused() -> dict[str, bytes]:
        raise StatisticianError("A picture has no alternative text.")

    with Press() as press:
        press.order(refused)
        with pytest.raises(StatisticianError, match="no alternative text"):
            press.files()


def test_after_a_mistake_nothing_more_is_begun() -> None:
    held = threading.Event()
    begun: list[str] = []

    def slow() -> dict[str, bytes]:
        held.wait(5)
        return {}

    def second() -> dict[str, bytes]:
        begun.append("second")
        return {}

    def leave_by_a_mistake() -> None:
        with Press() as press:
            press.order(slow)
            press.order(second)
            threading.Timer(0.05, held.set).start()
            raise StatisticianError("The page has a defect.")

    with pytest.raises(StatisticianError, match="defect"):
        leave_by_a_mistake()
    assert begun == []


def test_pictures_made_together_are_those_made_one_by_one() -> None:
    assert pngs_of([SQUARE, LETTERS, SQUARE]) == [png_of(SQUARE), png_of(LETTERS), png_of(SQUARE)]
    assert png_of(SQUARE) != png_of(LETTERS)
    assert pngs_of([]) == []


def test_a_picture_in_pixels_is_half_as_large_again() -> None:
    width, height = (int.from_bytes(png_of(SQUARE)[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (120, 45)


def test_a_letter_that_no_font_of_ours_has_is_left_out_and_not_borrowed() -> None:
    """Fonts of the machine, and those of the compiler, would make another picture elsewhere."""
    borrowed = HEAD + b'<text x="9" y="20" font-family="DejaVu Sans Mono, Inter">Qazaq</text></svg>'
    assert png_of(borrowed) == png_of(LETTERS)
