"""What the warm worker keeps in memory: the last used networks, fits and datasets, by the hash of their files."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from safetensors.torch import load

from backend.store.artifacts import ArtifactMissing
from backend.store.store import Store
from models.analysis.geometry import Projection
from models.analysis.geometry import load as load_projections
from models.behaviour.model import BehaviourModel
from models.display_laws import DisplayLaw
from models.network.network import Network
from models.network.targets import ResponseLaw
from models.trials import Trials
from worker.context import Refused
from worker.kinds.inputs import (
    PROJECTION,
    laws_of,
    model_of,
    network_of,
    training_request,
    trials_of,
)

KEPT = 24


class Shelf:
    """Loads on demand and forgets what was not used for longest.

    Ids alone would not do as keys: a dataset that is read again keeps its id.
    """

    def __init__(self, store: Store) -> None:
        """Load from ``store``."""
        self._store = store
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def _get(self, kind: str, id: str, what: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - of many types
        try:
            version = self._store.artifacts.manifest(kind, id).created
        except ArtifactMissing:
            raise Refused(f"The {kind} is not there (any more)", "It was deleted, or its job did not end.") from None
        key = (kind, id, what, version)
        if key not in self._kept:
            self._kept[key] = make()
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def network(self, id: str) -> Network:
        """A trained network."""
        found: Network = self._get("network", id, "network", lambda: network_of(self._store, id))
        return found

    def projection(self, id: str, axes: str) -> Projection:
        """The axes that a network's states are looked at along."""

        def read() -> dict[str, Projection]:
            return load_projections(load(self._store.artifacts.read("network", id, PROJECTION)))

        found: Projection = self._get("network", id, "projection", read)[axes]
        return found

    def laws(self, network_id: str) -> tuple[DisplayLaw, ResponseLaw]:
        """The laws of displays and of responses that a network was trained on."""

        def read() -> tuple[DisplayLaw, ResponseLaw]:
            return laws_of(self._store, training_request(self._store, network_id))

        found: tuple[DisplayLaw, ResponseLaw] = self._get("network", network_id, "laws", read)
        return found

    def law(self, network_id: str) -> ResponseLaw:
        """The law of responses that a network was trained on."""
        return self.laws(network_id)[1]

    def displays(self, network_id: str) -> DisplayLaw:
        """The law of displays that a network was trained on."""
        return self.laws(network_id)[0]

    def model(self, fit_id: str) -> BehaviourModel:
        """A fitted model."""
        found: BehaviourModel = self._get("fit", fit_id, "model", lambda: model_of(self._store, fit_id))
        return found

    def trials(self, dataset_id: str) -> Trials:
        """A dataset's trials."""
        found: Trials = self._get("dataset", dataset_id, "trials", lambda: trials_of(self._store, dataset_id))
        return found

    def kept(self, kind: str, id: str, what: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - of many types
        """Anything that was computed from an artifact, made by ``make`` at the first use."""
        return self._get(kind, id, what, make)
