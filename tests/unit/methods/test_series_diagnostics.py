"""What X-13ARIMA-SEATS writes, read from drawn texts."""

from __future__ import annotations

import numpy as np
import pytest

from qonys.errors import StatisticianError
from qonys.methods.series.diagnostics import CONSOLE, diagnostics, gave_up, said, table
from qonys.methods.series.monthly import Month
from qonys.methods.series.specification import OutlierKind

WRITTEN = """\
date: Nov 28, 2026
samode: auto-mode seasonal adjustment
finmode: multiplicative
arimamdl: (0 1 1)(0 1 1)
nreg:   3
User-defined Holiday$closed: -0.1500E-01 +0.5000E-02 -0.3000E+01
Outlier$LS2020.feb: +0.2000E+00 +0.5000E-01 +0.4000E+01
AutoOutlier$AO1951.May: +0.1000E+00 +0.2000E-01 +0.5000E+01
nregderived:   0
MA$Nonseasonal$01$01: +0.4E+00 +0.8E-01 +0.5E+01
aicc:  0.947339512813220E+03
f3.m01:  0.041
f3.m02:  0.042
f3.q:  0.20
f2.idseasonal: yes
qsori:       167.64858    0.00000
qssadj:         0.00000    1.00000
"""


def test_model_coefficients_outliers_and_tests_are_read() -> None:
    found = diagnostics({"udg": WRITTEN})
    assert (found.model, found.multiplicative, found.identifiable) == ("(0 1 1)(0 1 1)", True, "yes")
    assert found.effects[0].name == "User-defined Holiday$closed"
    assert (found.effects[0].coefficient, found.effects[0].standard_error, found.effects[0].t) == (-0.015, 0.005, -3.0)
    assert len(found.effects) == 3
    assert [(one.kind, one.month, one.automatic) for one in found.outliers] == [
        (OutlierKind.LEVEL_SHIFT, Month(2020, 2), False),
        (OutlierKind.ADDITIVE, Month(1951, 5), True),
    ]
    assert (found.m, found.q, found.aicc) == ((0.041, 0.042), 0.20, 947.339512813220)
    assert found.is_seasonal(0.01)
    assert not found.has_residual_seasonality(0.01)


def test_what_was_not_written_is_none() -> None:
    found = diagnostics({"udg": "samode: additive seasonal adjustment\nnreg:   0\n"})
    assert not found.multiplicative
    assert found.effects == ()
    assert found.m == ()
    assert [found.q, found.aicc, found.identifiable, found.seats_model, found.qs_before] == [None] * 5
    assert not found.is_seasonal(0.01)


def test_a_model_that_seats_cannot_split_is_told() -> None:
    assert not diagnostics({"udg": "seatsadj: no\n"}).decomposed
    assert diagnostics({"udg": "seatsadj: yes\n"}).decomposed
    assert diagnostics({"udg": "nreg: 0\n"}).decomposed


def test_seasonality_that_only_extremes_hide_counts() -> None:
    found = diagnostics({"udg": "qsori: 0.0 1.0\nqsorievadj: 40.0 0.0\nqssadj: 0.0 1.0\nqssadjevadj: 12.0 0.002\n"})
    assert found.is_seasonal(0.01)
    assert found.has_residual_seasonality(0.01)


def test_errors_and_warnings_are_read_over_their_lines_and_told_apart() -> None:
    console = "\n WARNING: Two peaks\n          were found.\n\n  ERROR: It cannot\n         go on.\n  Program error(s) halt execution\n Execution complete\n"
    assert said({CONSOLE: console}) == ("It cannot go on.",)
    assert said({CONSOLE: console}, "WARNING") == ("Two peaks were found.",)
    assert said({CONSOLE: "\n  Warning: Decomposition invalid.\n"}, "WARNING") == ("Decomposition invalid.",)
    assert said({}) == ()


def test_a_run_that_stopped_is_told_from_one_that_went_through() -> None:
    assert gave_up({"udg": "nreg: 0\n", CONSOLE: "\n Execution complete\n"}) is None
    assert gave_up({}) == "It wrote no diagnostics."
    paragraphs = "\n Estimation error found\n  while fitting.\n\n For more details, check the error file (a.html).\n"
    assert gave_up({"udg": "nreg: 0\nerrorstop: yes\n", CONSOLE: paragraphs}) == "Estimation error found while fitting."


def test_a_table_loses_its_months_and_keeps_its_columns() -> None:
    text = "date\ta\tb\n------\t-----\t-----\n202401\t+0.100E+01\t+0.2E+01\n202402\t-0.300E+01\t+0.4E+01\n"
    np.testing.assert_array_equal(table({"fct": text}, "fct"), [[1, 2], [-3, 4]])


def test_a_run_without_diagnostics_or_without_the_table_is_told_with_what_it_said() -> None:
    with pytest.raises(StatisticianError, match="It gave up"):
        diagnostics({"udg": "", CONSOLE: "ERROR: It gave up\n"})
    with pytest.raises(StatisticianError, match="saved no table d11"):
        table({}, "d11")
