import math

import torch

from models.network.config import DEMO
from models.network.encodings import cue_image, fourier_projection, stimulus_image, tuning


def test_an_item_on_a_grid_centre_has_a_peak_of_one():
    angle = torch.tensor([[-math.pi + 2 * math.pi * 5 / 16]])
    image = stimulus_image(angle, angle, torch.ones(1, 1), DEMO)[0]
    assert image.shape == (16, 16)
    assert math.isclose(float(image[5, 5]), 1.0, rel_tol=1e-5)
    assert float(image.max()) == float(image[5, 5])


def test_items_add_up_and_absent_ones_count_nothing(generator):
    report, probe = torch.rand(2, 3, 4, generator=generator) * 6 - 3
    present = torch.tensor([[1.0, 1, 0, 0]]).expand(3, -1)
    both = stimulus_image(report, probe, present, DEMO)
    single = [stimulus_image(report[:, i : i + 1], probe[:, i : i + 1], torch.ones(3, 1), DEMO) for i in (0, 1)]
    assert torch.allclose(both, single[0] + single[1], atol=1e-6)


def test_the_order_of_items_does_not_matter(generator):
    report, probe = torch.rand(2, 3, 4, generator=generator) * 6 - 3
    present = torch.ones(3, 4)
    order = torch.tensor([2, 0, 3, 1])
    shuffled = stimulus_image(report[:, order], probe[:, order], present, DEMO)
    assert torch.allclose(stimulus_image(report, probe, present, DEMO), shuffled, atol=1e-6)


def test_the_cue_is_the_same_for_every_report():
    image = cue_image(torch.tensor([0.3]), DEMO)[0]
    assert torch.equal(image, image[:1].expand(16, -1))
    assert torch.equal(image[0], tuning(torch.tensor(0.3), 16, DEMO.tuning_concentration))


def test_the_projection_starts_as_harmonics():
    angle = torch.linspace(-3, 3, 50)
    features = tuning(angle, 16, 5.0) @ fourier_projection(5, 16, 5.0).T
    expected = torch.stack([torch.ones(50), angle.cos(), angle.sin(), (2 * angle).cos(), (2 * angle).sin()], dim=1)
    assert torch.allclose(features, expected, atol=1e-3)
