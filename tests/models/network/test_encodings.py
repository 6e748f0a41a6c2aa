"""What a network is shown: one interface, any number of items, and no hint at which will be cued."""

import math
from collections import Counter

import pytest
import torch

from models.displays import Displays
from models.network.config import QUICK
from models.network.encodings import ENCODINGS
from models.network.network import Network
from models.network.recording import record
from models.network.task import UnusableDisplays, stimuli

SLOTTED = ("slots", "index")


def config_of(encoding, **changes):
    return QUICK.changed(encoding=encoding, slots=6, **changes)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_any_number_of_items_in_one_batch(encoding, mixed_source, generator):
    config = config_of(encoding)
    displays = mixed_source.displays.sample(8, generator)
    network = Network(config, seed=1)
    shown = stimuli(displays, config, generator)
    for values in (network.encoding.stimulus(shown), network.encoding.cue(shown)):
        assert values.shape == (8, network.encoding.width)
        assert bool(values.isfinite().all())
    recording = record(network, displays, 3, generator)
    assert recording.response.shape == (8, 3)


def test_cartesian_slots_hold_what_they_should():
    displays = Displays(
        torch.tensor([[0.5, -2.0, math.nan]]).double(), torch.tensor([[1.0, 3.0, math.nan]]).double(), torch.tensor([2])
    )
    config = config_of("slots")
    shown = stimuli(displays, config, order=torch.tensor([[1, 0, 2]]))
    encoding = Network(config, seed=1).encoding
    stimulus, cue = encoding.stimulus(shown)[0], encoding.cue(shown)[0]
    reports, probes = stimulus[:12].reshape(6, 2), stimulus[12:24].reshape(6, 2)
    assert torch.allclose(reports[1], torch.tensor([math.cos(0.5), math.sin(0.5)]))
    assert torch.allclose(probes[0], torch.tensor([math.cos(3.0), math.sin(3.0)]))
    assert not reports[2:].any()
    assert not probes[2:].any()
    assert not stimulus[24:].any()
    assert torch.allclose(cue[24:], torch.tensor([math.cos(1.0), math.sin(1.0)]))
    assert not cue[:24].any()


def test_an_index_cue_is_the_number_of_the_items_slot_and_probes_are_never_shown(generator):
    config = config_of("index")
    displays = Displays(torch.tensor([[0.5, -2.0]]).double(), torch.full((1, 2), math.nan).double(), torch.tensor([2]))
    encoding = Network(config, seed=1).encoding
    for slot in (0, 1):
        shown = stimuli(displays, config, order=torch.tensor([[slot, 1 - slot]]))
        assert torch.equal(encoding.cue(shown)[0, 12:], encoding.embedding[slot])
        assert torch.allclose(
            encoding.stimulus(shown)[0, 2 * slot : 2 * slot + 2], torch.tensor([math.cos(0.5), math.sin(0.5)])
        )
    with pytest.raises(UnusableDisplays, match="probe"):
        stimuli(displays, config_of("slots"))


@pytest.mark.parametrize("encoding", SLOTTED)
def test_slots_do_not_give_the_cued_item_away(encoding, mixed_source, generator):
    displays = mixed_source.displays.sample(12_000, generator)
    shown = stimuli(displays, config_of(encoding), generator)
    for size in (1, 2, 4, 6):
        where = displays.set_size == size
        counts = Counter(shown.slot[where, 0].tolist())
        assert set(counts) == set(range(size))
        assert max(counts.values()) < 1.15 * 3000 / size
        assert bool((shown.slot[where, :size].sort(1).values == torch.arange(size)).all())


@pytest.mark.parametrize("encoding", SLOTTED)
def test_more_items_than_slots_are_refused_in_words(encoding, mixed_source, generator):
    with pytest.raises(UnusableDisplays, match="more slots"):
        stimuli(mixed_source.displays.sample(8, generator), QUICK.changed(encoding=encoding, slots=4))


def test_a_cue_between_items_needs_a_cue_that_is_a_probe(mixed_source, generator):
    displays = mixed_source.displays.sample(4, generator)
    between = displays.probe[:, 0] + 0.3
    for encoding in ("conjunctive", "slots"):
        record(Network(config_of(encoding), seed=1), displays, 1, generator, cue=between)
    with pytest.raises(UnusableDisplays, match="item's number"):
        record(Network(config_of("index"), seed=1), displays, 1, generator, cue=between)


@pytest.mark.parametrize("encoding", SLOTTED)
def test_the_order_of_slots_can_be_given(encoding, mixed_source, generator):
    displays = mixed_source.displays.sample(4, generator).select(torch.tensor([3]))
    network = Network(config_of(encoding), seed=1)
    orders = (torch.arange(6)[None], torch.arange(6)[None], torch.tensor([[5, 4, 3, 2, 1, 0]]))
    first, again, other = (
        record(network, displays, 1, torch.Generator().manual_seed(1), noise=0.0, order=order).plane for order in orders
    )
    assert torch.equal(first, again)
    assert not torch.allclose(first, other)
