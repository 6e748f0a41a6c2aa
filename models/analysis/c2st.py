"""Two-sample test by a classifier: can anybody tell the responses of two sources apart?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GroupKFold
from torch import Tensor

from models.circular import wrap
from models.displays import Displays

FOLDS = 5
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Distinguishability:
    """Cross-validated accuracy of the classifier, 0.5 where two sources are alike, and its standard error."""

    accuracy: float
    sd: float


def features(displays: Displays, responses: Tensor) -> Floats:
    """``(B * S, 4 N)`` what the classifier sees of responses ``(B, S)``.

    Items in the order of their probe distance from the cued one (itself first): the response relative to each, signed
    and unsigned; the signed probe distance of each; the distance to the nearest item; the set size. Absent items are
    NaN, which the classifier handles.
    """
    probe = torch.where(displays.present, displays.probe_distance, math.nan)
    rank = probe.abs().nan_to_num(4.0)
    rank[:, 0] = -1.0
    order = rank.argsort(dim=1, stable=True)
    report = torch.where(displays.present, displays.report, math.nan).gather(1, order)
    runs = responses.shape[1]
    error = wrap(responses[:, :, None] - report[:, None, :]).flatten(0, 1)
    shown = torch.cat([probe.gather(1, order)[:, 1:], displays.set_size[:, None].to(probe)], 1)
    nearest = error.abs().nan_to_num(math.inf).min(dim=1, keepdim=True).values
    parts = [error, error.abs(), nearest, shown.repeat_interleave(runs, 0)]
    table: Floats = torch.cat(parts, 1).double().numpy()
    return table


def classifier_test(displays: Displays, ours: Tensor, theirs: Tensor, seed: int) -> Distinguishability:
    """Can responses ``(B, S)`` be told from other responses ``(B, S')`` to the same displays?

    Gradient-boosted trees, 5-fold cross-validated. All responses to a display are in one fold, or the classifier could
    recognise displays of which it has seen only one label.
    """
    inputs = np.concatenate([features(displays, ours), features(displays, theirs)])
    label = np.repeat([0, 1], [ours.numel(), theirs.numel()])
    display = np.arange(len(displays))
    group = np.concatenate([display.repeat(ours.shape[1]), display.repeat(theirs.shape[1])])
    right = np.zeros(len(label), dtype=bool)
    for train, test in GroupKFold(FOLDS, shuffle=True, random_state=seed).split(inputs, label, group):
        classifier = HistGradientBoostingClassifier(
            learning_rate=0.08,
            max_iter=80,
            max_leaf_nodes=8,
            min_samples_leaf=100,
            l2_regularization=1.0,
            random_state=seed,
        )
        right[test] = classifier.fit(inputs[train], label[train]).predict(inputs[test]) == label[test]
    accuracy = float(right.mean())
    return Distinguishability(accuracy, math.sqrt(accuracy * (1 - accuracy) / len(label)))
