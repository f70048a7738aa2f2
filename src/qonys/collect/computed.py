"""Variables that a layout computes of its columns by an expression: each distinct combination of texts once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from sqlglot import exp

from qonys.collect.distinct_texts import DistinctTexts
from qonys.concepts.layout import SourceLayout
from qonys.datasets.outcome import Engine
from qonys.queries.expressions import parsed_condition


@dataclass(frozen=True)
class ComputedText:
    """A variable as an expression of columns.

    Args:
        expression: the expression, parsed.
        engine: gives the engine that computes it.
    """

    expression: exp.Expr
    engine: Callable[[], Engine]

    @property
    def columns(self) -> list[str]:
        """The columns that the expression names."""
        return list(dict.fromkeys(column.name for column in self.expression.find_all(exp.Column)))

    def of(self, stated: Mapping[str, DistinctTexts], rows: int) -> DistinctTexts:
        """The text of the expression for each distinct combination of what is stated in its columns, for so many rows."""
        names = self.columns
        combined = np.zeros(rows, np.int64)
        for name in names:
            combined = combined * (len(stated[name].texts) + 1) + stated[name].places + 1
        _, first, places = np.unique(combined, return_index=True, return_inverse=True)
        table = pa.table(
            {
                "number of combination": pa.array(np.arange(len(first))),
                **{
                    name: DistinctTexts(stated[name].texts, stated[name].places[first]).of_rows(stated[name].texts)
                    for name in names
                },
            }
        )
        query = exp.select(
            exp.column("number of combination", quoted=True).as_("number"),
            exp.cast(self.expression.copy(), "varchar").as_("text"),
        ).from_("combinations")
        found = self.engine().run(query.order_by("number"), None, combinations=table)
        return DistinctTexts(found["text"].combine_chunks().cast(pa.string()), places.astype(np.int32))


def computed_texts(layout: SourceLayout, engine: Callable[[], Engine]) -> dict[str, ComputedText]:
    """What a layout computes, by variable.

    Raises:
        ProfileError: an expression is none, or uses what is not allowed.
    """
    return {name: ComputedText(expression, engine) for name, expression in layout_expressions(layout).items()}


def layout_expressions(layout: SourceLayout) -> dict[str, exp.Expr]:
    """The expressions of a layout by variable, parsed.

    Raises:
        ProfileError: one of them is none, or uses what is not allowed.
    """
    names = [column.name for column in layout.columns if not column.identifier]
    return {
        name: parsed_condition(source.expr, names=names, where=f"sources/{layout.id}.yaml, {name}")
        for name, source in layout.variables.items()
        if source.expr is not None
    }
