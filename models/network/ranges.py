"""What each setting of a training may be; whether settings go together is the business of ``config``."""

from __future__ import annotations


class InvalidConfig(ValueError):
    """A setting that cannot be used; the message is for the person who set it."""


CHOICES = {
    "cell": ("rate", "dendritic", "gru"),
    "encoding": ("conjunctive", "slots", "index"),
    "curriculum": ("measured", "scheduled"),
    "schedule": ("log_snr", "linear"),
    "target": ("exact", "sampled"),
    "optimiser": ("muon", "adam"),
    "weighting": ("snr", "uniform"),
    "time_modulation": ("gain", "additive"),
}
RANGES: dict[str, tuple[float, float]] = {
    "neurons": (4, 1024),
    "hidden": (8, 8192),
    "branches": (1, 64),
    "leaves": (2, 64),
    "slots": (1, 16),
    "tuning_centres": (4, 64),
    "tuning_concentration": (0.5, 50),
    "projection": (1, 64),
    "time_features": (1, 256),
    "stimulus_steps": (1, 1000),
    "cue_steps": (1, 1000),
    "gap_steps": (0, 1000),
    "recall_steps": (2, 1000),
    "step_seconds": (1e-4, 10),
    "alpha": (0.01, 1),
    "radius": (0.1, 100),
    "response_noise": (0, 1),
    "preparation_noise": (0, 10),
    "memory_noise": (0, 10),
    "snr_cap": (1e-3, 1e6),
    "own_states": (0, 1),
    "swap_power": (0.1, 1),
    "angles": (24, 720),
    "displays_per_batch": (1, 65536),
    "samples_per_display": (1, 4096),
    "steps": (1, 10_000_000),
    "without_swaps": (0, 1),
    "ramp": (0, 1),
    "patience": (0, 1),
    "matrix_gain": (0, 100),
    "input_gain": (0, 100),
    "learning_rate": (1e-7, 1),
    "warm_up": (0, 0.9),
    "clip": (1e-6, 1e6),
    "averaging": (0, 0.99999),
    "pool": (16, 1_000_000),
    "pool_uses": (1, 10_000),
    "held_out": (8, 100_000),
    "evaluations": (1, 10_000),
    "threads": (0, 256),
    "checkpoint_seconds": (0, 30),
    "picture_seconds": (0, 3600),
}


def out_of_range(name: str, value: object) -> str:
    """What is wrong with the value of a setting, in words; nothing when it can be."""
    if name in CHOICES and value not in CHOICES[name]:
        return f"{name} must be one of {', '.join(CHOICES[name])}, not {value}"
    if name in RANGES and isinstance(value, int | float):
        low, high = RANGES[name]
        if not low <= value <= high:
            return f"{name} must be between {low:g} and {high:g}, not {value:g}"
    return ""


def converted(name: str, value: object, default: object) -> object:
    """A value of plain data as the type of the setting's default.

    Raises:
        InvalidConfig: if it has the wrong kind.
    """
    if isinstance(default, tuple):
        if isinstance(value, list | tuple) and len(value) == 2 and all(_is_whole(end) for end in value):
            return int(value[0]), int(value[1])
        raise InvalidConfig(f"{name} must be two whole numbers, not {value}")
    if isinstance(default, str):
        if isinstance(value, str):
            return value
        raise InvalidConfig(f"{name} must be a name, not {value}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidConfig(f"{name} must be a number, not {value}")
    if isinstance(default, int):
        if _is_whole(value):
            return int(value)
        raise InvalidConfig(f"{name} must be a whole number, not {value}")
    return float(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
