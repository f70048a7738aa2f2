"""Simple models of a series: random walk, ARIMA, exponential smoothing.

Law: a model sees the values up to its origin and nothing else. The two that need a library import it when they are
asked, so that whoever forecasts nothing does without.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from qonys.errors import OperatorError, StatisticianError
from qonys.methods.series.monthly import MONTHS_A_YEAR, Values
from qonys.methods.series.prediction import Prediction

Model: TypeAlias = Callable[[Values, int], Prediction]
"""Predicts so many values after those given, shape (n,), without missing ones, on the scale they are given in."""


def usual_models(period: int = MONTHS_A_YEAR) -> Mapping[str, Model]:
    """Random walk, ARIMA and exponential smoothing (ETS), by name.

    Args:
        period: values a cycle: 12 for months, 1 for years.
    """
    return {
        "random walk": lambda values, ahead: random_walk(values, ahead, period=period),
        "ARIMA": lambda values, ahead: arima(values, ahead, period=period),
        "ETS": lambda values, ahead: exponential_smoothing(values, ahead, period=period),
    }


def random_walk(values: Values, ahead: int, *, period: int = MONTHS_A_YEAR) -> Prediction:
    """Each value as that of a cycle before, with errors that add up from cycle to cycle.

    Mean y(T + h − s·k) and variance k·σ² with the period s and k = ⌈h / s⌉ cycles; σ² is the mean square of the changes
    from cycle to cycle. With a period of 1 it is the plain random walk.

    >>> random_walk(np.array([1.0, 5.0, 2.0, 4.0]), 3, period=2)
    Prediction(mean=array([2., 4., 2.]), deviation=array([1.        , 1.        , 1.41421356]))

    Args:
        values: shape (n,).
        ahead: how many values to predict.
        period: values a cycle.

    Raises:
        StatisticianError: there is no whole cycle besides the first, or all cycles are the same.
    """
    changes = values[period:] - values[:-period]
    if len(changes) < period:
        raise StatisticianError(f"A random walk with a period of {period} needs {2 * period} values or more.")
    horizon = np.arange(ahead)
    deviation = np.sqrt(np.mean(changes**2) * (1 + horizon // period))
    return Prediction(values[-period:][horizon % period], deviation)


def arima(
    values: Values,
    ahead: int,
    *,
    period: int = MONTHS_A_YEAR,
    order: tuple[int, int, int] = (0, 1, 1),
    seasonal_order: tuple[int, int, int] = (0, 1, 1),
) -> Prediction:
    """A seasonal ARIMA model by exact maximum likelihood; by default the airline model (0 1 1)(0 1 1).

    The parameters are those that are likeliest for the differenced values, which is the likelihood of the values with
    diffuse starting ones and takes a third of the time; the values ahead come from the model of the values.

    Args:
        values: shape (n,); logarithms where relative changes are meant.
        ahead: how many values to predict.
        period: values a cycle; with 1 the seasonal part is left out.
        order: autoregressive terms, differences, moving averages.
        seasonal_order: the same at the period.

    Raises:
        OperatorError: the library is not installed.
        StatisticianError: the model cannot be fitted, or nothing varies.

    Source: Box, G. E. P. and Jenkins, G. M. (1970), Time Series Analysis: Forecasting and Control.
    """
    seasonal = (*seasonal_order, period) if period > 1 else (0, 0, 0, 0)
    sarimax = _library("statsmodels.tsa.statespace.sarimax").SARIMAX
    model = partial(sarimax, values, order=order, seasonal_order=seasonal, concentrate_scale=True)

    def fitted() -> Any:  # noqa: ANN401  # the library has no types
        likeliest = model(simple_differencing=True).fit(disp=0, cov_type="none").params
        return model().filter(likeliest, cov_type="none")

    return _predicted(fitted, len(values), ahead)


def exponential_smoothing(values: Values, ahead: int, *, period: int = MONTHS_A_YEAR) -> Prediction:
    """Exponential smoothing with additive errors, a damped additive trend and additive seasons: ETS(A, Ad, A).

    Args:
        values: shape (n,); logarithms where relative changes are meant.
        ahead: how many values to predict.
        period: values a cycle; with 1 the seasons are left out.

    Raises:
        OperatorError: the library is not installed.
        StatisticianError: the model cannot be fitted, or nothing varies.

    Source: Hyndman, R. J., Koehler, A. B., Ord, J. K. and Snyder, R. D. (2008), Forecasting with Exponential Smoothing:
    The State Space Approach.
    """
    model = _library("statsmodels.tsa.statespace.exponential_smoothing").ExponentialSmoothing
    seasonal, start = period if period > 1 else None, "heuristic"
    options = {"trend": True, "damped_trend": True, "seasonal": seasonal, "initialization_method": start}

    def fitted() -> Any:  # noqa: ANN401  # the library has no types
        return model(values, concentrate_scale=True, **options).fit(disp=0, cov_type="none")

    return _predicted(fitted, len(values), ahead)


def _predicted(fitted: Callable[[], Any], seen: int, ahead: int) -> Prediction:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of convergence and starting values: the back-test judges what comes of it
            made = fitted().get_forecast(ahead)
    except (ValueError, IndexError, ArithmeticError, np.linalg.LinAlgError) as error:
        raise StatisticianError(
            f"A model cannot be fitted to {seen} values: {error}.", next_step="Take a longer series, or leave it out."
        ) from error
    return Prediction(np.asarray(made.predicted_mean), np.asarray(made.se_mean))


def _library(name: str) -> Any:  # noqa: ANN401  # the library has no types
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise OperatorError(
            "Forecasts with ARIMA and exponential smoothing need statsmodels, which is not installed.",
            next_step="Install qonys-methods or qonys with the extra `forecast`, or forecast with the random walk alone.",
        ) from error
