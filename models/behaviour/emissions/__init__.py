"""Laws of the noise around the item that is reported. A new one is one file here and one line in ``FAMILIES``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.behaviour.emissions.emission import Emission, Family
from models.behaviour.emissions.mixed import VonMisesMixture
from models.behaviour.emissions.tabulated import TabulatedEmission
from models.behaviour.emissions.von_mises import VonMises, VonMisesFamily
from models.behaviour.emissions.wrapped_cauchy import WrappedCauchy, WrappedCauchyFamily
from models.behaviour.emissions.wrapped_normal import WrappedNormal, WrappedNormalFamily
from models.behaviour.emissions.wrapped_stable import WrappedStable, WrappedStableFamily

FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (VonMisesFamily(), WrappedNormalFamily(), WrappedCauchyFamily(), WrappedStableFamily())
}
"""Emissions that a BNS model can be fitted with, by name."""

_LAWS: dict[str, type[Any]] = {
    law.law: law for law in (VonMises, WrappedNormal, WrappedCauchy, WrappedStable, VonMisesMixture, TabulatedEmission)
}


def from_json(plain: Mapping[str, Any]) -> Emission:
    """The emission that its ``to_json`` wrote down.

    Raises:
        KeyError: for a law this version does not know.
    """
    values = {name: value for name, value in plain.items() if name != "law"}
    emission: Emission = _LAWS[plain["law"]].from_json(values)
    return emission


__all__ = ["FAMILIES", "Emission", "Family", "TabulatedEmission", "VonMises", "VonMisesMixture", "from_json"]
