import math

import pytest
import torch

from models.circular import circular_sd
from models.displays import Displays
from models.network.config import DEMO
from models.network.swap_laws import SwapLaw
from models.network.targets import UnusableDisplays, grid, tabulate

TABLE = {  # network probability of a swap at probe distance pi/4.1, pi/2, pi and its mean over displays
    0.0: (0.451, 0.305, 0.036, 0.227),
    -0.5: (0.333, 0.210, 0.022, 0.157),
    -1.0: (0.232, 0.139, 0.0135, 0.104),
    -1.7: (0.131, 0.074, 0.0068, 0.056),
    -2.0: (0.100, 0.056, 0.0050, 0.042),
}
LAWS = [
    SwapLaw(kind="none"),
    SwapLaw(kind="flat", correct=0.7),
    SwapLaw(kind="smooth", offset=-1.0, emission="von_mises", uniform=0.1),
    SwapLaw(kind="sharp", emission="von_mises", concentration=8.0),
]


def pair(distance: float) -> Displays:
    return Displays(
        torch.tensor([[0.0, 2.0]]).double(), torch.tensor([[1.0, 1.0 + distance]]).double(), torch.tensor([2])
    )


@pytest.mark.parametrize("offset", TABLE)
def test_smooth_swaps_follow_the_published_table(offset, two_items, generator):
    law = SwapLaw(kind="smooth", offset=offset)
    for distance, expected in zip((math.pi / 4.1, math.pi / 2, math.pi), TABLE[offset][:3], strict=True):
        assert float(law.weights(pair(distance))[0, 2]) == pytest.approx(
            expected, abs=0.0006 if expected > 0.02 else 6e-5
        )
    mean = law.weights(two_items.sample(200_000, generator))[:, 2].mean()
    assert float(mean) == pytest.approx(TABLE[offset][3], abs=0.002)


def test_sharp_and_flat_and_none(two_items, generator):
    sharp = SwapLaw(kind="sharp")
    assert float(sharp.weights(pair(1.9))[0, 2]) == pytest.approx(0.299, abs=5e-4)
    assert float(sharp.weights(pair(2.1))[0, 2]) == 0
    # Distances are uniform on [pi/4.1, pi], so the mean is 0.299 (2 - pi/4.1) / (pi - pi/4.1).
    assert float(sharp.weights(two_items.sample(200_000, generator))[:, 2].mean()) == pytest.approx(0.1554, abs=0.001)
    assert float(SwapLaw(kind="flat", correct=0.7).weights(pair(1.0))[0, 2]) == pytest.approx(0.3)
    assert float(SwapLaw(kind="none").weights(pair(1.0))[0, 2]) == 0


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.kind)
def test_weights_density_and_samples_agree(law, mixed_source, generator):
    displays = mixed_source.displays.sample(8, generator)
    weights = law.weights(displays)
    assert torch.allclose(weights.sum(1), torch.ones(8).double())
    assert bool((weights[:, 1:][~displays.present] == 0).all())
    assert bool((weights[displays.set_size == 1, 2:] == 0).all())
    angles = grid(720)
    density = law.density(displays, angles)
    assert torch.allclose(density.sum(1) * (2 * math.pi / 720), torch.ones(8).double(), atol=1e-6)
    many = Displays(*(value.repeat_interleave(20_000, 0) for value in vars(displays).values()))
    response = law.sample(many, generator).reshape(8, -1)
    for harmonic in (1, 2, 3):
        expected = (density * (harmonic * angles).cos()).sum(1) * (2 * math.pi / 720)
        assert torch.allclose((harmonic * response).cos().mean(1), expected, atol=0.025)


def test_the_published_emission_is_five_per_cent(generator):
    law = SwapLaw(kind="none")
    displays = Displays(torch.zeros(50_000, 1).double(), torch.zeros(50_000, 1).double(), torch.ones(50_000).long())
    assert float(circular_sd(law.sample(displays, generator))) == pytest.approx(0.05, rel=0.02)


def test_a_law_is_plain_data_and_says_what_is_wrong():
    assert SwapLaw.from_json(LAWS[2].to_json()) == LAWS[2]
    with pytest.raises(ValueError, match="swap_rate"):
        SwapLaw.from_json({"swap_rate": 1})
    with pytest.raises(ValueError, match="kind"):
        SwapLaw(kind="wavy")


def test_the_table_without_swaps_is_the_cued_item_alone(mixed_source, generator):
    law = mixed_source.law
    displays = mixed_source.displays.sample(40, generator)
    batch = tabulate(displays, law, DEMO)
    alone = SwapLaw(**{**law.to_json(), "kind": "none"}).density(displays, grid(DEMO.angles))
    assert torch.allclose(batch.plain.double(), alone / alone.sum(1, keepdim=True), atol=1e-6)


def test_tabulated_sampling_follows_the_table(mixed_source, generator):
    batch = tabulate(mixed_source.displays.sample(8, generator), mixed_source.law, DEMO)
    drawn = batch.sample_angles(40_000, generator)
    count, width = DEMO.angles, 2 * math.pi / DEMO.angles
    index = torch.remainder(drawn + math.pi + width / 2, 2 * math.pi).div(width).long().clamp(max=count - 1)
    share = torch.stack([torch.bincount(row, minlength=count) for row in index]) / 40_000
    assert float((share - batch.probability).abs().max()) < 0.006


def test_a_law_between_the_points_of_the_grid_is_refused(mixed_source, generator):
    class Needle:
        def density(self, displays, angles):
            return torch.zeros(len(displays), len(angles), dtype=torch.float64)

    with pytest.raises(UnusableDisplays, match="more angles"):
        tabulate(mixed_source.displays.sample(4, generator), Needle(), DEMO)
