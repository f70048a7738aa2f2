"""The formulas that stand below results; their symbols are explained in the words of each language.

Law: a formula is written with letters that every font has, so nothing is set above or below a line.
"""

from __future__ import annotations

from collections.abc import Mapping

FORMULAS: Mapping[str, str] = {
    "system": "CMI = 100·M / P; MEI = 100·Σ|D − O| / Σ(D + O); ANMR = 50·Σ|D − O| / P = CMI·MEI / 100",
    "gravity": "ln M(i, j) = α(i) + β(j) + γ·ln d(i, j)",
    "schedule": "m(x) = a1·exp(−α1·x) + a2·exp(−α2·(x − μ2) − exp(−λ2·(x − μ2))) + c",
    "seasonal": "O = S·C·T·I; O / (S·C) = T·I",
    "nowcast": "E N(i, j) = μ(i)·p(j); Var N(i, j) = φ(j)·μ(i)·p(j); Σ p(j) = 1",
    "forecast": "F = Σ w(k)·F(k); w(k) = (1 / L(k)) / Σ (1 / L)",
}
"""Method of an analysis -> formula, where words do not say it all."""
