"""All decoders that are trained on one set of trials, and how well they read another."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.decoders import Decoders, fit
from models.analysis.pairs import Observed, Pair


@dataclass(frozen=True)
class Reader:
    """Everything that is trained on one set of trials.

    Attributes:
        cued, other: know the identity of their item; outputs are cosine and sine of its report, then those learned
            from shuffled targets.
        plain, seeing: know nothing; outputs of ``plain`` are cosine and sine of the cued report and the identity of the
            cued item, then the identity learned from shuffled targets; ``seeing`` also has the plane, and outputs only
            the report.
    """

    cued: Decoders
    other: Decoders
    plain: Decoders
    seeing: Decoders

    @staticmethod
    def trained(trials: Observed, generator: torch.Generator) -> Reader:
        """On some trials."""
        memory, pair = trials.activity.memory, trials.pair
        shuffle = torch.randperm(len(trials), generator=generator)
        reports, identity = _unit(pair.report), pair.identity[:, 0].float()
        cued, other = (
            fit(memory, gate(pair, item), torch.cat([reports[:, item], reports[shuffle, item]], 1)) for item in (0, 1)
        )
        ones = torch.ones(len(trials), 1)
        plain = fit(memory, ones, torch.cat([reports[:, 0], identity, identity[shuffle]], 1))
        return Reader(cued, other, plain, fit(_with_plane(trials), ones, reports[:, 0]))

    def scores(self, trials: Observed) -> dict[str, Tensor]:
        """``(M, T)`` each: cosines of errors, or 1 and 0 for right and wrong, of trials not trained on.

        ``leak`` and ``nearer_to_other`` are about the decoder of the cued report and the other item's report;
        ``_shuffled`` about decoders trained on shuffled targets.
        """
        memory, pair = trials.activity.memory, trials.pair
        cued, other = pair.report.unbind(1)
        own = self.cued.read(memory, gate(pair, 0))
        moved = self.cued.read(memory, gate(pair, 1))
        others = self.other.read(memory, gate(pair, 1))
        ones = torch.ones(len(trials), 1)
        plain, seeing = self.plain.read(memory, ones), self.seeing.read(_with_plane(trials), ones)
        codes = pair.identity.shape[-1]
        identity, shuffled = plain[..., 2 : 2 + codes], plain[..., 2 + codes :]
        probe = torch.atan2(pair.identity[:, 0, 1], pair.identity[:, 0, 0])
        return {
            "cued_report": cosine(own, cued),
            "uncued_report": cosine(others, other),
            "cued_report_unaided": cosine(plain, cued),
            "cued_report_with_plane": cosine(seeing, cued),
            "cued_probe": cosine(identity, probe),
            "cued_index": _told(identity, pair),
            "cross_item": cosine(moved, other),
            "leak": cosine(own, other),
            "nearer_to_other": (cosine(own, other) > cosine(own, cued)).float(),
            "response": cosine(own, trials.activity.response),
            "cued_report_shuffled": cosine(own[..., 2:], cued),
            "uncued_report_shuffled": cosine(others[..., 2:], other),
            "cross_item_shuffled": cosine(moved[..., 2:], other),
            "cued_probe_shuffled": cosine(shuffled, probe),
            "cued_index_shuffled": _told(shuffled, pair),
        }


def gate(pair: Pair, item: int) -> Tensor:
    """``(M, 1 + P)`` what decoders that know an item's identity are told."""
    identity = pair.identity[:, item].float()
    return torch.cat([torch.ones_like(identity[:, :1]), identity], 1)


def cosine(outputs: Tensor, angle: Tensor) -> Tensor:
    """Cosine of the error of outputs ``(..., M, T, 2 or more)``, the first two cosine and sine; angles ``(M,)``."""
    read = torch.atan2(outputs[..., 1], outputs[..., 0])
    return torch.cos(read - angle[:, None].float())


def _told(identity: Tensor, pair: Pair) -> Tensor:
    """``(M, T)`` whether a decoded identity ``(M, T, P)`` is nearer to the cued item's than to the other's."""
    far = [(identity - pair.identity[:, None, item].float()).square().sum(-1) for item in (0, 1)]
    return (far[0] < far[1]).float()


def _unit(angle: Tensor) -> Tensor:
    return torch.stack([angle.cos(), angle.sin()], -1).float()


def _with_plane(trials: Observed) -> Tensor:
    return torch.cat([trials.activity.memory, trials.activity.plane], -1)
