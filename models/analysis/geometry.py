"""Three axes to look at network activity along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from models.analysis.plane_geometry import plane_of, tuning_to
from models.network.recording import Recording

AXES = ("pca", "plane")
"""Views of a network, found once for all displays."""
LABELS = {
    "pca": ("PC 1", "PC 2", "PC 3"),
    "plane": ("Behaviour plane, x", "Behaviour plane, y", "Memory axis"),
    "items": ("Cued item’s plane, x", "Cued item’s plane, y", "Other item’s plane"),
}
ROWS = 50_000  # states that a fit looks at, evenly taken from the recording


@dataclass(frozen=True)
class Projection:
    """A linear view of the states of n neurons.

    Attributes:
        axes: ``"pca"``, the three axes of most variance over all runs and steps; or ``"plane"``, the two coordinates of
            the behaviour plane and the axis of most variance outside it, along which memory can hide; or
            ``"items"``, see ``item_axes``.
        components: ``(3, n)`` float32; one row gives one coordinate.
        centre: ``(n,)`` float32, taken off the states first; 0 in the plane, whose origin means something.
        explained: ``(3,)`` share of the total variance of the states along each axis.
    """

    axes: str
    components: Tensor
    centre: Tensor
    explained: Tensor

    @property
    def labels(self) -> tuple[str, str, str]:
        """What each axis is, for people."""
        return LABELS[self.axes]

    def apply(self, states: Tensor) -> Tensor:
        """Coordinates ``(..., 3)`` of states ``(..., n)``, in one product."""
        offset = self.components @ self.centre
        return states.to(self.components) @ self.components.T - offset

    def describe(self) -> list[dict[str, object]]:
        """Label and explained variance of each axis."""
        return [
            {"label": label, "explained": float(share)}
            for label, share in zip(self.labels, self.explained, strict=True)
        ]


def fit_projection(recording: Recording, axes: str = "pca") -> Projection:
    """Find the axes in a recording with states; the same recording always gives the same axes and signs.

    Raises:
        ValueError: if there is no such view, or the recording has no states or fewer than 3 neurons.
    """
    if axes not in AXES:
        raise ValueError(f"axes must be one of {', '.join(AXES)}, not {axes}")
    neurons = recording.states.shape[-1]
    if neurons < 3 or recording.states.numel() == 0:
        raise ValueError("a projection needs the states of at least 3 neurons")
    states = recording.states.reshape(-1, neurons)
    plane = recording.plane.reshape(-1, 2)
    step = -(-len(states) // ROWS)
    states, plane = states[::step].double().cpu(), plane[::step].double().cpu()
    mean = states.mean(0)
    covariance = torch.cov(states.T, correction=0)
    if axes == "pca":
        components, centre = _principal(covariance)[:3], mean
    else:
        components, centre = _plane_and_memory(states, plane, covariance)
    variance = ((components @ covariance) * components).sum(1) / components.square().sum(1).clamp(min=1e-30)
    explained = variance / covariance.trace().clamp(min=1e-30)
    return Projection(axes, components.float(), centre.float(), explained)


def _plane_and_memory(states: Tensor, plane: Tensor, covariance: Tensor) -> tuple[Tensor, Tensor]:
    """The two directions that give the plane's coordinates, and the axis of most variance orthogonal to them."""
    readout = torch.linalg.lstsq(states, plane, driver="gelsd").solution.T
    basis = torch.linalg.qr(readout.T).Q
    outside = torch.eye(len(covariance), dtype=torch.float64) - basis @ basis.T
    memory = _principal(outside @ covariance @ outside)[:1]
    centre = outside @ states.mean(0)
    return torch.cat([readout, memory]), centre


def item_axes(states: Tensor, angles: Tensor) -> Projection:
    """A view of one display: the plane that the cued item is held in, and what the other item's plane adds to it.

    The first two axes span the plane of most variance of the condition means of item 0, turned so that reports go
    round in it as on the wheel; the third is the direction of most variance of item 1's means outside that plane, or,
    without a second item, that of all activity.

    Args:
        states: ``(M, n)`` activity at the end of a delay.
        angles: ``(M, K)`` reports that are held, radians, varied independently.
    """
    states = states.double().cpu()
    tuning = tuning_to(angles[:, :2], states)
    plane = plane_of(tuning[0])
    cosine, sine = tuning[0][:2] @ plane
    first = torch.nn.functional.normalize(cosine, dim=0)
    second = torch.stack([-first[1], first[0]])
    second = second * torch.where(second @ sine < 0, -1.0, 1.0)
    covariance = torch.cov(states.T, correction=0)
    outside = torch.eye(len(covariance), dtype=torch.float64) - plane @ plane.T
    other = tuning[1].T @ tuning[1] if len(tuning) > 1 else covariance
    third = _principal(outside @ other @ outside)[0]
    if len(tuning) > 1:  # a report of 0 is above the plane: the same side while an item is dragged
        third = third * torch.where(third @ tuning[1][0] < 0, -1.0, 1.0)
    components = torch.stack([plane @ first, plane @ second, third])
    explained = ((components @ covariance) * components).sum(1) / covariance.trace().clamp(min=1e-30)
    return Projection("items", components.float(), states.mean(0).float(), explained)


def _principal(covariance: Tensor) -> Tensor:
    """Axes ``(n, n)`` by falling variance; the largest entry of each is positive, so that the sign is no accident."""
    axes = torch.linalg.eigh(covariance).eigenvectors.flip(1).T
    largest = axes.gather(1, axes.abs().argmax(dim=1, keepdim=True))
    return axes * torch.where(largest < 0, -1.0, 1.0)


def dump(projections: Mapping[str, Projection]) -> dict[str, Tensor]:
    """Tensors by name, for safetensors: ``"pca.components"`` and so on."""
    return {
        f"{axes}.{name}": getattr(projection, name).contiguous()
        for axes, projection in projections.items()
        for name in ("components", "centre", "explained")
    }


def load(tensors: Mapping[str, Tensor]) -> dict[str, Projection]:
    """The inverse of ``dump``.

    Raises:
        KeyError: if a view is incomplete.
    """
    return {
        axes: Projection(axes, *(tensors[f"{axes}.{name}"] for name in ("components", "centre", "explained")))
        for axes in AXES
        if f"{axes}.components" in tensors
    }
