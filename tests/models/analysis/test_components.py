"""Components of responses: planted swaps, guesses and imprecision are each found as what they are."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from models.analysis import components
from models.analysis.components import Attribution, attribute, component_likelihoods
from models.analysis.fidelity import component_groups
from models.analysis.swap_curve import distance_bins
from models.circular import wrap
from models.display_laws import UniformDisplays
from models.displays import Displays
from models.network.swap_laws import SwapLaw

NARROW = SwapLaw(kind="flat", correct=0.7)
WIDE = SwapLaw(kind="smooth", offset=-1.35, emission="von_mises", concentration=22.0, uniform=0.07)
"""At six items its noise has an sd of 24 degrees, as that of the example's fit, and a third of responses are swaps."""


def shown(size: int, count: int) -> Displays:
    return UniformDisplays((size,), probe_places=8).draw(count, torch.Generator().manual_seed(3))


def blurred(law: SwapLaw, displays: Displays, cued: float, others: float, runs: int = 8) -> tuple[Tensor, Tensor]:
    """Responses ``(B, runs)`` of a law with more noise (sd, rad), and the shares of its components among them."""
    generator = torch.Generator().manual_seed(5)
    component = torch.multinomial(law.weights(displays), runs, replacement=True, generator=generator)
    sd = torch.tensor([0.0, cued] + [others] * (displays.items - 1), dtype=torch.float64)
    columns = []
    for which in component.T:
        # all items where the picked one is: the law's own noise, whichever of them it picks
        place = displays.report.gather(1, (which - 1).clamp(min=0)[:, None]).expand_as(displays.report)
        alike = Displays(place, displays.probe, displays.set_size)
        own = replace(law, uniform=0.0).sample(alike, generator)
        near = wrap(own + sd[which] * torch.randn(len(which), generator=generator, dtype=torch.float64))
        anywhere = (2 * torch.rand(len(which), generator=generator, dtype=torch.float64) - 1) * math.pi
        columns.append(torch.where(which == 0, anywhere, near))
    share = torch.nn.functional.one_hot(component, displays.items + 1).double().mean((0, 1))
    return torch.stack(columns, 1), share


def attributed(law: SwapLaw, displays: Displays, responses: Tensor) -> Attribution:
    return attribute(law, displays, responses, component_groups(displays, distance_bins(displays)))


def swaps(share: Tensor) -> float:
    return float(share[..., 2:].sum(-1).mean())


@pytest.mark.parametrize(
    ("law", "size", "cued", "others"), [(NARROW, 2, 0.1, 0.3), (NARROW, 2, 0.25, 0.05), (WIDE, 6, 0.2, 0.5)]
)
def test_imprecise_responses_are_no_guesses(
    law: SwapLaw, size: int, cued: float, others: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    displays = shown(size, 800)
    responses, given = blurred(law, displays, cued, others)
    found = attributed(law, displays, responses)
    assert found.spread[size].cued == pytest.approx(cued, abs=0.05)
    assert found.spread[size].others == pytest.approx(others, abs=0.12 if size == 6 else 0.03)
    assert swaps(found.share) == pytest.approx(swaps(given), abs=0.04 if size == 6 else 0.01)
    assert float(found.share[:, 0].mean()) == pytest.approx(float(given[0]), abs=0.04 if size == 6 else 0.01)
    monkeypatch.setattr(components, "SPREADS", (0.0,) * 3)
    fixed = attributed(law, displays, responses)
    assert float(fixed.share[:, 0].mean()) > float(given[0]) + 0.05


@pytest.mark.parametrize(("law", "size"), [(NARROW, 2), (WIDE, 6)])
def test_responses_of_the_law_itself_keep_its_width(law: SwapLaw, size: int) -> None:
    displays = shown(size, 800)
    responses, given = blurred(law, displays, 0.0, 0.0)
    found = attributed(law, displays, responses)
    own = 0.05 if law is NARROW else 0.42
    others = found.spread[size].others
    assert others is not None
    # noise that adds a tenth to the law's own sd is too little to be seen
    assert max(found.spread[size].cued, others) < own * math.sqrt(1.1**2 - 1)
    assert swaps(found.share) == pytest.approx(swaps(given), abs=0.02)


def test_guesses_are_not_taken_for_imprecision() -> None:
    displays = shown(6, 800)
    responses, given = blurred(replace(WIDE, uniform=0.3), displays, 0.2, 0.3)
    found = attributed(WIDE, displays, responses)
    assert float(found.target[:, 0].mean()) == pytest.approx(0.07)
    assert float(found.share[:, 0].mean()) == pytest.approx(float(given[0]), abs=0.03)
    assert swaps(found.share) == pytest.approx(swaps(given), abs=0.03)


def test_nothing_is_wider_than_the_limit() -> None:
    displays = shown(2, 300)
    found = attributed(NARROW, displays, blurred(NARROW, displays, 1.0, 1.0)[0])
    assert found.spread[2].cued == pytest.approx(components.WIDEST)


def test_the_width_of_responses_to_others_is_told_only_where_there_are_some() -> None:
    one, two = shown(1, 300), shown(2, 300)
    law = SwapLaw(kind="none")
    alone = attributed(law, one, blurred(law, one, 0.2, 0.0)[0]).spread[1]
    assert (alone.cued, alone.others) == (pytest.approx(0.2, abs=0.02), None)
    assert attributed(law, two, blurred(law, two, 0.1, 0.0)[0]).spread[2].others is None


def test_component_densities_add_up_to_the_law() -> None:
    displays = UniformDisplays((1, 3), probe_places=8).draw(50, torch.Generator().manual_seed(5))
    law = SwapLaw(kind="smooth", emission="von_mises", uniform=0.1)
    angle = torch.tensor([-1.0, 0.3, 2.9], dtype=torch.float64)
    (parts,) = component_likelihoods(law, displays, angle.expand(50, 3))
    total = (parts * law.weights(displays)[:, None, :]).sum(2)
    assert torch.allclose(total, law.density(displays, angle), rtol=2e-3, atol=1e-6)


@pytest.mark.parametrize("sd", [0.07, 0.3, 0.75])
def test_a_wider_component_is_the_mean_of_shifted_ones(sd: float) -> None:
    displays = shown(2, 20)
    angle = torch.linspace(-3, 3, 13, dtype=torch.float64).expand(20, 13)
    (wide,) = component_likelihoods(WIDE, displays, angle, (sd,))
    steps = torch.linspace(-6, 6, 241, dtype=torch.float64)
    weight = (-0.5 * steps**2).exp()
    shifted = (
        component_likelihoods(WIDE, displays, wrap(angle[..., None] - sd * steps).flatten(1))[0]
        .unflatten(1, (13, 241))
        .mul(weight[:, None])
        .sum(2)
        / weight.sum()
    )
    assert torch.allclose(wide, shifted, rtol=1e-2, atol=1e-4)


def test_attribution_sums_to_one() -> None:
    displays = UniformDisplays((1, 3), probe_places=8).draw(60, torch.Generator().manual_seed(5))
    law = SwapLaw(kind="smooth", emission="von_mises", uniform=0.1)
    groups = torch.where(torch.cat([torch.ones(60, 1).bool(), displays.present], 1), torch.arange(4), -1)
    generator = torch.Generator().manual_seed(6)
    responses = torch.stack([law.sample(displays, generator) for _ in range(4)], 1)
    found = attribute(law, displays, responses, groups)
    assert torch.allclose(found.share.sum(1), torch.ones(60).double())
    assert bool((found.share[groups < 0] == 0).all())
    assert set(found.spread) == {1, 3}
