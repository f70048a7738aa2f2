"""Forecasts by an ensemble of simple models, judged by how often their intervals held.

Laws: no forecast without its interval and its back-test; the weights at an origin rest on what had come true by then, so
that the ensemble is judged as it would have been made; values are forecast on the logarithmic scale unless they can be
zero or negative, and quantiles are carried back exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri

from qonys.errors import StatisticianError
from qonys.methods.series.models import Model, usual_models
from qonys.methods.series.monthly import Values
from qonys.methods.series.prediction import Prediction, mixture_quantiles
from qonys.methods.series.scoring import Calibration, calibration, fail_if_no_level, pinball_loss

ENSEMBLE = "ensemble"
PROBABILITIES = np.array([0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975])
"""Of the quantiles over which the pinball loss is averaged."""


@dataclass(frozen=True, slots=True, eq=False)
class ForecastPlan:
    """How a series is forecast.

    Args:
        ahead: how many values.
        level: nominal share of values inside the intervals.
        logarithmic: model the logarithms of the values.
        origins: how many earlier origins the back-test has.
        least: values that the first origin must see.
        widening: factor of all standard deviations, such as a back-test asks for.
        models: by name.

    Raises:
        StatisticianError: there is no model, or a number is not possible.
    """

    ahead: int = 12
    level: float = 0.8
    logarithmic: bool = True
    origins: int = 24
    least: int = 60
    widening: float = 1.0
    models: Mapping[str, Model] = field(default_factory=usual_models)

    def __post_init__(self) -> None:
        fail_if_no_level(self.level)
        if min(self.ahead, self.origins, self.least) < 1 or not self.widening > 0 or not self.models:
            raise StatisticianError(
                f"{self.ahead} values ahead, {self.origins} origins, {self.least} values at least, a widening of "
                f"{self.widening} and {len(self.models)} models make no plan.",
                next_step="Take one or more of each, and a factor above 0.",
            )


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Values to come with their intervals, in the unit of the series.

    Args:
        point: medians, shape (ahead,).
        lower: lower ends.
        upper: upper ends.
    """

    point: Values
    lower: Values
    upper: Values


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """How a model did from earlier origins.

    Args:
        calibration: coverage, interval score and bias over origins and horizons.
        pinball: mean loss over origins, horizons and quantiles, unit of the series.
        coverage_by_horizon: shape (ahead,), share inside; nan where no value has come true.
    """

    calibration: Calibration
    pinball: float
    coverage_by_horizon: Values


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """A forecast, its members and how they did.

    Args:
        ensemble: the forecast.
        members: by model.
        weights: of the models, summing to 1.
        judgements: by model, and of the `ENSEMBLE`.
    """

    ensemble: Interval
    members: Mapping[str, Interval]
    weights: Mapping[str, float]
    judgements: Mapping[str, Judgement]


@dataclass(frozen=True, slots=True, eq=False)
class _Rolled:
    """Predictions from rolling origins: shapes (origins, ahead), quantiles of `PROBABILITIES` last."""

    actual: Values
    predictions: Sequence[Prediction]
    losses: Values
    """Pinball loss by model, origin and horizon; nan where no value has come true."""


def forecast(values: Values, plan: ForecastPlan | None = None) -> Forecast:
    """The values to come as a mixture of models, weighted by how they did.

    From each of the last origins every model is fitted anew to the values up to it. The weight of a model is the inverse
    of its mean pinball loss (an approximation of the continuous ranked probability score), over the sum of these: a
    model earns it by quantiles that are both calibrated and narrow. The mixture is as wide as its members disagree.

    Args:
        values: shape (n,), consecutive, without missing ones.
        plan: horizon, level, models.

    Raises:
        StatisticianError: values are missing, too few, or have no logarithm; a model fails.
        OperatorError: a library is not installed.

    Source: Bijak, J. et al. (2019), Assessing time series models for forecasting international migration: Lessons from
    the United Kingdom, Journal of Forecasting 38(5); Gneiting, T. and Raftery, A. E. (2007), Strictly proper scoring
    rules, prediction, and estimation, Journal of the American Statistical Association 102(477).
    """
    plan = plan or ForecastPlan()
    series = _on_scale(np.asarray(values, dtype=float), plan)
    rolled = _rolled(series, plan)
    made = [model(series, plan.ahead).widened(plan.widening) for model in plan.models.values()]
    weights = _weights(rolled.losses.reshape(len(made), -1))
    tails = np.array([(1 - plan.level) / 2, 0.5, (1 + plan.level) / 2])
    return Forecast(
        ensemble=_interval(mixture_quantiles(made, weights, tails), plan),
        members={name: _interval(one.quantiles(tails), plan) for name, one in zip(plan.models, made, strict=True)},
        weights=dict(zip(plan.models, weights.tolist(), strict=True)),
        judgements=_judgements(rolled, tails, plan),
    )


def weights_as_of(losses: Values) -> Values:
    """Weights of models at each origin, from the losses that were known at it.

    The forecast from origin k for horizon h (counted from 1) has come true at origin k + h, so it counts from there on.
    Where nothing has come true yet, all models weigh the same.

    Args:
        losses: shape (models, origins, ahead), nan where no value has come true.

    Returns:
        Shape (models, origins).
    """
    models, origins, ahead = losses.shape
    due = np.add.outer(np.arange(origins), np.arange(1, ahead + 1))
    columns = [_weights(np.where(due <= origin, losses, np.nan).reshape(models, -1)) for origin in range(origins)]
    return np.stack(columns, axis=1)


def _weights(losses: Values) -> Values:
    """Inverse mean losses over their sum; shape (models, k) to (models,)."""
    there = np.isfinite(losses).all(axis=0)
    if not there.any():
        return np.full(len(losses), 1 / len(losses))
    mean = losses[:, there].mean(axis=1)
    inverse = 1 / np.maximum(mean, np.finfo(float).tiny ** 0.5)
    return np.asarray(inverse / inverse.sum())


def _rolled(series: Values, plan: ForecastPlan) -> _Rolled:
    starts = range(len(series) - plan.origins, len(series))
    padded = np.append(series, np.full(plan.ahead, np.nan))
    actual = _off_scale(np.stack([padded[start : start + plan.ahead] for start in starts]), plan)
    predictions = [_from_origins(model, series, starts, plan) for model in plan.models.values()]
    quantiles = [_off_scale(one.quantiles(PROBABILITIES), plan) for one in predictions]
    losses = np.stack([pinball_loss(actual, one, PROBABILITIES).mean(axis=-1) for one in quantiles])
    return _Rolled(actual, predictions, losses)


def _from_origins(model: Model, series: Values, starts: range, plan: ForecastPlan) -> Prediction:
    made = [model(series[:start], plan.ahead) for start in starts]
    return Prediction(np.stack([one.mean for one in made]), plan.widening * np.stack([one.deviation for one in made]))


def _judgements(rolled: _Rolled, tails: Values, plan: ForecastPlan) -> Mapping[str, Judgement]:
    asked = np.concatenate([tails, PROBABILITIES])
    quantiles = {name: one.quantiles(asked) for name, one in zip(plan.models, rolled.predictions, strict=True)}
    quantiles[ENSEMBLE] = mixture_quantiles(rolled.predictions, weights_as_of(rolled.losses), asked)
    return {name: _judgement(rolled.actual, _off_scale(one, plan), plan) for name, one in quantiles.items()}


def _judgement(actual: Values, quantiles: Values, plan: ForecastPlan) -> Judgement:
    """Quantiles are those of the interval and the median, and then those of `PROBABILITIES`."""
    come = np.isfinite(actual)
    lower, point, upper = (quantiles[..., at] for at in range(3))
    error = (upper - lower) / (2 * float(ndtri((1 + plan.level) / 2)))
    inside = (actual >= lower) & (actual <= upper)
    number = come.sum(axis=0)
    return Judgement(
        calibration=calibration(actual[come], point[come], lower[come], upper[come], error[come], plan.level),
        pinball=float(pinball_loss(actual[come], quantiles[come][:, 3:], PROBABILITIES).mean()),
        coverage_by_horizon=np.divide(inside.sum(axis=0), number, out=np.full(plan.ahead, np.nan), where=number > 0),
    )


def _interval(quantiles: Values, plan: ForecastPlan) -> Interval:
    lower, point, upper = _off_scale(quantiles, plan).T
    return Interval(point, lower, upper)


def _on_scale(values: Values, plan: ForecastPlan) -> Values:
    if values.ndim != 1 or not np.all(np.isfinite(values)):
        raise StatisticianError(
            f"A forecast needs one row of values without missing ones, not a shape of {values.shape} with "
            f"{int((~np.isfinite(values)).sum())} missing.",
            next_step="Take the stretch since the last gap.",
        )
    if len(values) < plan.least + plan.origins:
        raise StatisticianError(
            f"{len(values)} values are too few: {plan.least} for the first of {plan.origins} origins are "
            f"{plan.least + plan.origins}.",
            next_step="Wait, or ask for fewer origins and say so.",
        )
    if plan.logarithmic and np.min(values) <= 0:
        raise StatisticianError(
            f"{int((values <= 0).sum())} values are zero or negative and have no logarithm.",
            next_step="Forecast arrivals and departures apart, or take the values as they are (logarithmic=False).",
        )
    return np.log(values) if plan.logarithmic else values


def _off_scale(values: Values, plan: ForecastPlan) -> Values:
    return np.exp(values) if plan.logarithmic else values
