import json
import time

import pytest
import torch

from models.circular import wrap
from models.displays import Displays
from models.network.config import DEMO, QUICK
from models.network.network import Network
from models.network.recording import record
from models.network.storage import UnreadableNetwork, dump, load, training_of
from models.network.targets import UnusableDisplays


@pytest.fixture(scope="module")
def network():
    return Network(QUICK, seed=4).requires_grad_(False)


def test_shapes_epochs_and_responses(network, mixed_source, generator):
    displays = mixed_source.displays.sample(5, generator)
    recording = record(network, displays, 7, generator)
    assert recording.response.shape == (5, 7)
    steps = QUICK.network_steps
    assert recording.plane.shape == (5, 7, steps, 2)
    assert recording.states.shape == (5, 7, steps, QUICK.neurons)
    assert recording.states.dtype == torch.float32
    assert recording.epochs[-1].stop == steps
    assert torch.allclose(recording.states @ network.frame[:2].T, recording.plane, atol=1e-5)
    end = recording.plane[:, :, -1]
    assert torch.allclose(recording.response, torch.atan2(end[..., 1], end[..., 0]))


def test_without_noise_all_runs_are_one(network, mixed_source, generator):
    recording = record(network, mixed_source.displays.sample(2, generator), 4, generator, noise=0.0)
    assert torch.allclose(recording.states, recording.states[:, :1].expand_as(recording.states), atol=1e-6)


def test_rows_of_a_batch_do_not_mix(network, mixed_source, generator):
    displays = mixed_source.displays.sample(4, generator)
    together = record(network, displays, 1, generator, noise=0.0).response
    alone = [record(network, displays.select(torch.tensor([i])), 1, generator, noise=0.0).response for i in range(4)]
    assert torch.allclose(wrap(together - torch.cat(alone)), torch.zeros(4, 1), atol=1e-4)


def test_delay_and_cue_can_be_set(network, mixed_source, generator):
    displays = mixed_source.displays.sample(4, generator)
    longer = record(network, displays, 2, generator, delay=9)
    assert longer.plane.shape[2] == QUICK.network_steps - QUICK.delay_steps[1] + 9
    own = record(network, displays, 1, generator, noise=0.0, cue=displays.probe[:, 0])
    assert torch.equal(own.response, record(network, displays, 1, generator, noise=0.0).response)
    other = record(network, displays, 1, generator, noise=0.0, cue=displays.probe[:, 0] + 2)
    assert not torch.allclose(own.plane, other.plane)


def test_same_seed_same_runs(network, mixed_source, generator):
    displays = mixed_source.displays.sample(3, generator)
    first, second = (record(network, displays, 5, torch.Generator().manual_seed(1)).response for _ in range(2))
    assert torch.equal(first, second)


def test_displays_that_no_cue_can_select_are_refused(network, generator):
    displays = Displays(torch.zeros(1, 2).double(), torch.full((1, 2), torch.nan).double(), torch.tensor([2]))
    with pytest.raises(UnusableDisplays, match="probe"):
        record(network, displays, 1, generator)


def test_two_hundred_runs_are_fast_enough_to_drag_an_item(mixed_source, generator):
    """The process's own time, not the wall's: the machine that runs the tests may be busy."""
    network = Network(DEMO.changed(delay_steps=[32, 32], recall_steps=24), seed=1).requires_grad_(False)
    displays = mixed_source.displays.sample(4, generator).select(torch.tensor([3]))
    spent = []
    for _ in range(5):
        start = time.process_time()
        recording = record(network, displays, 200, generator)
        spent.append(time.process_time() - start)
    assert recording.plane.shape[2] == 65
    assert min(spent) < 0.06


def test_a_network_survives_its_files(network, mixed_source, generator):
    files = dump(network, {"steps": 3, "curve": [{"step": 1.0, "loss": 0.5}]})
    again = load(files)
    assert again.config == network.config
    assert training_of(files)["curve"] == [{"step": 1.0, "loss": 0.5}]
    displays = mixed_source.displays.sample(3, generator)
    first, second = (record(n, displays, 2, torch.Generator().manual_seed(1)).states for n in (network, again))
    assert torch.equal(first, second)


def test_a_network_from_before_there_were_gains_runs_on(mixed_source, generator):
    """Its time signal is only added; with the gains at 1, where they start, the present cell does the same."""
    additive = Network(QUICK.changed(time_modulation="additive"), seed=3)
    files = dump(additive)
    description = json.loads(files["network.json"])
    for setting in ("time_modulation", "swap_power"):
        del description["config"][setting]
    again = load({**files, "network.json": json.dumps(description).encode()})
    assert again.config == additive.config.changed(swap_power=1.0)
    modulated = Network(QUICK, seed=3)
    missing = modulated.load_state_dict(additive.state_dict(), strict=False)
    assert missing.missing_keys == ["cell.gains"]
    displays = mixed_source.displays.sample(3, generator)
    runs = [record(n, displays, 2, torch.Generator().manual_seed(1)).states for n in (additive, again, modulated)]
    assert torch.equal(runs[0], runs[1])
    assert torch.allclose(runs[0], runs[2], atol=1e-5)


@pytest.mark.parametrize("name", ["network.safetensors", "network.json"])
def test_damaged_files_are_refused_in_words(network, name):
    files = dump(network)
    with pytest.raises(UnreadableNetwork, match="missing"):
        load({key: value for key, value in files.items() if key != name})
    with pytest.raises(UnreadableNetwork, match="damaged"):
        load({**files, name: files[name][: len(files[name]) // 2]})
