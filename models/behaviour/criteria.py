"""Information criteria in their standard form, from the log-likelihood of the data that were fitted."""

from __future__ import annotations

import math


def information(log_likelihood: float, parameters: float, trials: int) -> dict[str, float | None]:
    """AIC, AICc and BIC; lower is better.

    ``AIC = -2 L + 2 k`` (Akaike 1974), ``AICc = AIC + 2 k (k + 1) / (n - k - 1)`` (Hurvich & Tsai 1989; None where
    there are not more trials than that), ``BIC = -2 L + k ln n`` (Schwarz 1978).

    Args:
        log_likelihood: L, summed over trials, nats.
        parameters: k, free parameters; need not be whole where a function counts with its effective number.
        trials: n.
    """
    aic = -2 * log_likelihood + 2 * parameters
    left = trials - parameters - 1
    return {
        "log_likelihood": log_likelihood,
        "parameters": float(parameters),
        "aic": aic,
        "aicc": aic + 2 * parameters * (parameters + 1) / left if left > 0 else None,
        "bic": -2 * log_likelihood + parameters * math.log(trials),
    }
