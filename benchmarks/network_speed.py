"""A training step at the published batch and cell, against the published loop written out plainly.

python -m benchmarks.network_speed [--samples 512] [--json FILE]

32 displays x 512 samples, 16 neurons with trees of 10 x 10, 66 steps. Both are run in processes of their own, so that
the largest memory that each ever held is its own; seconds are the process's CPU time on one thread. The plain loop
keeps about 15 GB at the published batch: where less is free it runs with fewer samples, and its time and memory are
given for all by proportion (``--naive-samples`` sets how many). That both do the same is checked first, in float64.
On a CUDA device both run there, ours as a captured graph, and seconds are the wall's; time is then no matter of
proportion, so that both have as many samples as the plain loop has memory for.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from benchmarks import naive_training
from benchmarks.naive_training import Noise
from benchmarks.training_speed import smooth_swaps
from benchmarks.wanted import Wanted, arguments, conclude, table
from models.network.captured import CapturedStep, CudaRecorder
from models.network.config import DEMO, TrainConfig
from models.network.device import best_device
from models.network.diffusion import forward_chain
from models.network.network import Network
from models.network.objectives import diffusion
from models.network.optimiser import Optimiser
from models.network.side_by_side import train_side_by_side
from models.network.targets import Batch, draw_all, unit

DISPLAYS, SAMPLES = 32, 512
PUBLISHED = TrainConfig(
    cell="dendritic", neurons=16, projection=6, time_features=8, schedule="linear", weighting="uniform",
    target="sampled", own_states=0.0, response_noise=0.05, preparation_noise=0.55, memory_noise=1.0,
    optimiser="adam", displays_per_batch=DISPLAYS, samples_per_display=SAMPLES,
)  # fmt: skip
FASTER, FASTER_ON_GPU, MEMORY_GB, MEMBERS, ENSEMBLE = 3.0, 20.0, 1.5, 5, 2.5
GAP = 1e-9  # relative, between loss and gradients of the two in float64
NEEDED_GB = {512: 18.0, 256: 10.0, 64: 0.0}  # free memory with which the plain loop can run with so many samples
STEPS = {"ours": 3, "naive": 2}


def batch_of(config: TrainConfig, device: torch.device) -> Batch:
    """Displays of the published law, tabulated, with the axis of one member taken off."""
    whole = draw_all(smooth_swaps(), config, config.displays_per_batch, [1], 1)
    tensors = (whole.probability[0], whole.plain[0], whole.angles)
    return Batch(whole.shown.change(lambda value: value[0]), *tensors, delay=config.delay_steps[1]).to(device)


def drawn(network: Network, batch: Batch, generator: torch.Generator, each: bool = True) -> Noise:
    """What is random in a step; ``each`` False shares the noise before recall among the samples of a display.

    The order is that of the package's own step, so that with ``each`` False both see the same numbers.
    """
    config = network.config
    samples, count = config.samples_per_display, len(batch)
    rows = samples * count
    angle = batch.sample_angles(samples, generator)
    width = network.draw((rows, 2), generator).unflatten(0, (count, samples))
    start = config.radius * (unit(angle).to(width) + config.response_noise * width)
    noise = network.draw((config.recall_steps, rows, 2), generator)
    path = forward_chain(start.flatten(0, 1), noise, network.schedule).unflatten(1, (count, samples))
    before = rows if each else count
    first = network.initial(before, 1.0, generator)
    durations = (config.stimulus_steps, batch.delay, config.cue_steps, config.gap_steps)
    steps = [network.draw((one, before, config.neurons), generator) for one in durations if one]
    shocks = torch.cat(steps) * network.preparation_sd()
    again = 1 if each else samples
    return Noise(
        first.repeat(again, 1),
        shocks.repeat(1, again, 1),
        network.recall_noise(rows, generator),
        path.transpose(1, 2).flatten(1, 2),
        start.transpose(0, 1).flatten(0, 1),
    )


def largest_gap() -> float:
    """Relative difference of loss and all gradients between the two, in float64 on a small batch with equal noise."""
    config = PUBLISHED.changed(displays_per_batch=4, samples_per_display=3)
    network = Network(config, seed=1).double()
    batch = batch_of(config, torch.device("cpu"))
    batch = dataclasses.replace(batch, shown=batch.shown.change(_double), probability=batch.probability.double())
    ours = torch.stack(list(diffusion.loss(network, batch, _generator()).values())).sum()
    mine = torch.autograd.grad(ours, list(network.parameters()))
    noise = drawn(network, batch, _generator(), each=False)
    theirs = naive_training.loss(network, batch, config.samples_per_display, noise)
    plain = torch.autograd.grad(theirs, list(network.parameters()))
    pairs = [(ours, theirs), *zip(mine, plain, strict=True)]
    return max(float((a - b).detach().norm() / b.detach().norm().clamp(min=1e-12)) for a, b in pairs)


def _double(value: Tensor) -> Tensor:
    return value.double() if value.is_floating_point() else value


def _generator(device: torch.device | None = None) -> torch.Generator:
    return torch.Generator(device or "cpu").manual_seed(1)


def timed(which: str, samples: int) -> dict[str, float]:
    """Seconds of one training step, gradients and update included, and the most memory ever held (GB)."""
    device = best_device()
    torch.set_num_threads(1)
    config = PUBLISHED.changed(samples_per_display=samples)
    network = Network.stacked([Network(config, 1)]) if which == "ours" else Network(config, 1)
    network = network.to(device)
    batch, generator = batch_of(config, device), _generator(device)
    step = _ours(network, batch, generator) if which == "ours" else _naive(network, batch, generator)
    for _ in range(1 if device.type == "cpu" else 3):  # a GPU records the second
        step()
    began = _now(device)
    for _ in range(STEPS[which]):
        step()
    seconds = (_now(device) - began) / STEPS[which]
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    if device.type == "cuda":
        held = torch.cuda.max_memory_allocated() / 1024**3
    return {"seconds": seconds, "memory": held}


def _ours(network: Network, batch: Batch, generator: torch.Generator) -> Callable[[], None]:
    """The package's step; on a GPU captured, as in a training."""
    whole, optimiser, count = Batch.stacked([batch]), Optimiser(network, network.config), iter(range(1, 1000))

    def learn(factors: Sequence[float] | Sequence[Tensor]) -> None:
        terms = diffusion.loss(network, whole, [generator])
        total = torch.stack(list(terms.values())).sum()
        optimiser.step(torch.autograd.grad(total, optimiser.weights, materialize_grads=True), factors)

    if network.device.type == "cpu":
        return lambda: learn(optimiser.factors(1e-3, next(count)))

    def replayable(_: int, inputs: Sequence[Tensor]) -> None:
        learn(inputs[0].unbind())

    captured = CapturedStep(replayable, network.device, CudaRecorder([generator], network.device))
    return lambda: captured(batch.delay, [torch.tensor(optimiser.factors(1e-3, next(count)))])


def _naive(network: Network, batch: Batch, generator: torch.Generator) -> Callable[[], None]:
    adam = torch.optim.Adam(network.parameters(), lr=1e-3)

    def step() -> None:
        adam.zero_grad()
        noise = drawn(network, batch, generator)
        naive_training.loss(network, batch, network.config.samples_per_display, noise).backward()
        adam.step()

    return step


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()


def ensemble(members: int, steps: int = 1500) -> dict[str, float]:
    """Wall seconds of training ``members`` networks of the demo's size together, as the app does it."""
    config = DEMO.changed(steps=steps, pool=1024, held_out=16, evaluations=1, picture_seconds=1.0)
    began = time.perf_counter()
    train_side_by_side(config, smooth_swaps(), range(1, members + 1))
    return {"seconds": time.perf_counter() - began}


def apart(*arguments: str) -> dict[str, float]:
    """Run one measurement in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.network_speed", "--measure", *arguments]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    answer: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    return answer


def free_gb() -> float:
    """Free memory of the GPU where there is one, else of the machine."""
    if torch.cuda.is_available():
        return torch.cuda.mem_get_info()[0] / 1024**3
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3


def measure(samples: int, naive_samples: int) -> tuple[list[dict[str, Any]], list[Wanted]]:
    """All rows and what was wanted of them."""
    gpu = best_device().type == "cuda"
    samples = naive_samples if gpu else samples
    gap = largest_gap()
    ours, naive = apart("ours", str(samples)), apart("naive", str(naive_samples))
    idle = apart("naive", "1")  # what Python and torch hold before there is a batch
    share = samples / naive_samples
    seconds, memory = naive["seconds"] * share, idle["memory"] + (naive["memory"] - idle["memory"]) * share
    rows: list[dict[str, Any]] = [
        {"which": "ours", "samples": samples, "seconds": ours["seconds"], "memory": ours["memory"]},
        {"which": "plain loop, as run", "samples": naive_samples, **naive},
        {"which": "plain loop, for all samples", "samples": samples, "seconds": seconds, "memory": memory},
    ]
    found = [
        Wanted("difference of loss and gradients in float64", gap, high=GAP),
        Wanted("times faster than the plain loop", seconds / ours["seconds"], low=FASTER_ON_GPU if gpu else FASTER),
        Wanted("memory (GB)", ours["memory"], high=MEMORY_GB),
    ]
    if not gpu:
        one, five = apart("ensemble", "1"), apart("ensemble", str(MEMBERS))
        rows += [{"which": f"demo, {n} together", **found} for n, found in ((1, one), (MEMBERS, five))]
        ratio = five["seconds"] / one["seconds"]
        found.append(Wanted(f"time of {MEMBERS} networks of the demo's size over that of one", ratio, high=ENSEMBLE))
    return rows, found


def main() -> int:
    """Run it; 1 where a wanted number was missed."""
    parser: argparse.ArgumentParser = arguments(__doc__ or "")
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--naive-samples", type=int, help="samples that the plain loop runs with")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        which, count = options.measure
        print(json.dumps(ensemble(int(count)) if which == "ensemble" else timed(which, int(count))))
        return 0
    roomy = max(count for count, needed in NEEDED_GB.items() if free_gb() > needed)
    rows, found = measure(options.samples, options.naive_samples or min(roomy, options.samples))
    table(rows, {"which": "one training step", "samples": "samples", "seconds": "seconds", "memory": "GB"})
    summary = f"A step takes {rows[0]['seconds']:.3g} s where the plain loop takes {rows[2]['seconds']:.3g} s."
    return conclude(found, rows, options.json, summary)


if __name__ == "__main__":
    raise SystemExit(main())
