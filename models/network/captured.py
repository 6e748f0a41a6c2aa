"""A step on a GPU as one recorded graph: its thousands of small kernels are started at once, not one by one."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

Work = Callable[[], None]
Step = Callable[[int, Sequence[Tensor]], None]

MOST = 32
"""Kinds of a step that are recorded; those that come when there are so many already are run as they are."""


class Recorder(Protocol):
    """What records work, and runs it where it will be recorded."""

    def aside(self, work: Work) -> None:
        """Do the work; whatever is set up at its first run then exists before it is recorded."""

    def record(self, work: Work) -> Work:
        """Record the work without doing it; what is returned does it.

        Raises:
            RuntimeError: if it cannot be recorded.
        """


class CapturedStep:
    """A step that is recorded the second time that a kind of it comes, and replayed then and from then on.

    The step must work on its inputs and on tensors that stay where they are, ask the device for nothing and return
    nothing. Where it cannot be recorded it is run as it is from then on, and one warning says why.
    """

    def __init__(self, step: Step, device: torch.device, recorder: Recorder) -> None:
        self._step, self._device, self._recorder = step, device, recorder
        self._inputs: list[Tensor] = []
        self._given: list[Tensor] = []
        self._begun: set[int] = set()
        self._replays: dict[int, Work] = {}
        self._is_plain = False

    def __call__(self, kind: int, inputs: Sequence[Tensor]) -> None:
        """Do a step.

        Args:
            kind: whatever the step's shapes depend on apart from the inputs.
            inputs: on any device; one that is the same tensor as the last time is taken to have the same values.
        """
        self._take_over(inputs)
        work = partial(self._step, kind, self._inputs)
        if kind in self._replays:
            self._replays[kind]()
        elif self._is_plain or len(self._replays) >= MOST:
            work()
        elif kind not in self._begun:
            self._begun.add(kind)
            self._recorder.aside(work)
        else:
            self._recorded(kind, work)()

    def _take_over(self, inputs: Sequence[Tensor]) -> None:
        """Copy what is new to where the recorded steps look for it; inputs of another kind make them worthless."""
        if [(one.shape, one.dtype) for one in inputs] != [(one.shape, one.dtype) for one in self._inputs]:
            self._inputs = [torch.empty_like(value, device=self._device) for value in inputs]
            self._given = []
            self._begun.clear()
            self._replays.clear()
        for place, value in enumerate(inputs):
            if not self._given or value is not self._given[place]:
                self._inputs[place].copy_(value, non_blocking=True)
        self._given = list(inputs)

    def _recorded(self, kind: int, work: Work) -> Work:
        """A replay of the work, or the work itself where it cannot be recorded."""
        try:
            self._replays[kind] = self._recorder.record(work)
        except RuntimeError as error:
            cause = error.__context__ or error  # a recording that fails inside then fails to end as well
            self._is_plain = True
            self._replays.clear()
            warnings.warn(
                f"The steps of this training run one operation at a time, which is slower: {cause}",
                RuntimeWarning,
                stacklevel=3,
            )
            return work
        return self._replays[kind]


class CudaRecorder:
    """Records CUDA graphs that share their memory: their steps run one after the other and leave nothing in it.

    Args:
        generators: all that the work draws from. A replay takes them as far as the work itself would have, and draws
            the same numbers, so that their states can be read and set between steps.
        device: where the work is done.
    """

    def __init__(self, generators: Sequence[torch.Generator], device: torch.device) -> None:
        self._generators = generators
        self._stream = torch.cuda.Stream(device)
        self._memory = torch.cuda.graph_pool_handle()

    def aside(self, work: Work) -> None:
        """Do the work on the stream on which it will be recorded."""
        here = torch.cuda.current_stream(self._stream.device)
        self._stream.wait_stream(here)
        with torch.cuda.stream(self._stream):
            work()
        here.wait_stream(self._stream)

    def record(self, work: Work) -> Work:
        """A graph of the work.

        Raises:
            RuntimeError: if the work asks the device for something, or there is no memory for the graph.
        """
        graph = torch.cuda.CUDAGraph()
        for generator in self._generators:
            graph.register_generator_state(generator)
        # The inner one leaves its stream in place where a recording fails to end; the outer one puts it back.
        with torch.cuda.stream(self._stream), torch.cuda.graph(graph, pool=self._memory, stream=self._stream):
            work()
        return graph.replay
