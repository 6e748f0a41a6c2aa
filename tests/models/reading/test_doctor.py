"""The doctor's report: every finding has a file that triggers it and one that must not, and its mend makes it go."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from made_up import (
    csv,
    delayed_estimation,
    extra_factor,
    filled_beyond,
    half_doubled,
    items_of,
    relative,
    scrambled,
    wrap,
)

from models.reading import doctor
from models.reading.read_file import read_file, read_files

PLAIN = delayed_estimation()
ITEMS = items_of(PLAIN)
DEGREES = PLAIN.assign(**{name: np.degrees(PLAIN[name]) for name in PLAIN if name not in ("subject", "set_size")})
ORIENTATIONS = PLAIN.assign(**{name: np.degrees(PLAIN[name]) / 2 % 180 for name in ("target", "response", *ITEMS)})
SPACED = delayed_estimation(spacing=0.6)
NARROW = delayed_estimation(span=3.6)
FAITHFUL = delayed_estimation(swaps=0.0)
RELATIVE = relative(PLAIN, "response_minus")


def found(frame, **changes):
    """Findings by kind, after a person changed the guessed mapping."""
    data = frame if isinstance(frame, bytes) else csv(frame)
    outcome = read_file(data, "a.csv")
    if changes:
        outcome = read_file(data, "a.csv", outcome.mapping.but(**changes))
    assert outcome.trials is not None, outcome.problem
    return {finding.kind: finding for finding in outcome.findings}, data


def placed_at(value, frame=DEGREES):
    return frame.assign(**{name: (frame[name] % 360).fillna(value) for name in ITEMS}, set_size=1)


def random_responses(frame):
    return frame.assign(response=np.random.default_rng(5).uniform(-np.pi, np.pi, len(frame)))


def guessing(frame):
    """A fifth of the responses are guesses."""
    generator = np.random.default_rng(6)
    guesses = generator.uniform(-np.pi, np.pi, len(frame))
    return frame.assign(response=np.where(generator.random(len(frame)) < 0.2, guesses, frame["response"]))


def clipped(frame):
    """Responses on a dial that ends where the items end."""
    return frame.assign(response=frame["response"].clip(-1.8, 1.8))


CASES = [
    ("unrelated", random_responses(PLAIN), PLAIN),
    ("unrelated", PLAIN.assign(response=-PLAIN["response"]), PLAIN),
    ("response_half_turn", PLAIN.assign(response=wrap(PLAIN["response"] + np.pi)), PLAIN),
    ("bias", PLAIN.assign(response=wrap(PLAIN["response"] + 0.3)), PLAIN),
    ("centred", PLAIN, PLAIN.assign(response=wrap(PLAIN["response"] + 0.3))),
    ("spread", PLAIN, PLAIN[PLAIN["set_size"] == 4]),
    (
        "spread_flat",
        PLAIN.assign(response=wrap(PLAIN["target"] + 0.6 / PLAIN["set_size"] * np.tile([1.0, -1.0], len(PLAIN) // 2))),
        PLAIN,
    ),
    ("rejected_rows", csv(PLAIN) + b"1,2,left,0.2,0.3,,,0.1,0.2,,\n", PLAIN),
    ("written_differently", half_doubled(PLAIN), PLAIN),
    ("written_differently", PLAIN.assign(response=np.degrees(PLAIN["response"])), DEGREES),
    ("extra_factor", extra_factor(PLAIN), PLAIN),
    (
        "extra_factor",
        PLAIN.assign(**{name: PLAIN[name] * np.pi / 180 for name in ("target", "response", *ITEMS)}),
        PLAIN,
    ),
    ("extra_factor_unused", scrambled(extra_factor(PLAIN))[0], scrambled(PLAIN)[0]),
    ("extra_factor", PLAIN.assign(**{name: PLAIN[name] * 2 for name in ("target", "response", *ITEMS)}), PLAIN),
    (
        "extra_factor",
        DEGREES.assign(**{name: DEGREES[name] % 360 * 2 for name in ("target", "response", *ITEMS)}),
        DEGREES,
    ),
    ("half_circle_of_places", PLAIN.assign(**{name: PLAIN[name] / 2 for name in PLAIN if "pos" in name}), PLAIN),
    ("doubled", ORIENTATIONS, DEGREES),
    ("relative", RELATIVE, PLAIN),
    ("item_convention", RELATIVE, PLAIN),
    ("item_convention", relative(PLAIN, "minus_target"), PLAIN),
    ("half_turn", PLAIN.assign(**{name: wrap(PLAIN[name] + np.pi) for name in ITEMS}), PLAIN),
    ("half_turn", relative(PLAIN, "response_minus", np.pi), RELATIVE),
    ("half_turn", relative(PLAIN, "minus_target", np.pi), relative(PLAIN, "minus_target")),
    ("half_turn", SPACED.assign(**{name: wrap(SPACED[name] + np.pi) for name in ITEMS}), SPACED),
    ("placeholder", placed_at(-1.0).assign(set_size=PLAIN["set_size"]), PLAIN),
    ("placeholder", placed_at(360.0).assign(set_size=PLAIN["set_size"]), PLAIN),
    ("placeholder", placed_at(0.0).drop(columns="set_size"), PLAIN),
    ("beyond_set_size", filled_beyond(PLAIN), PLAIN),
    ("empty_cells", PLAIN, filled_beyond(PLAIN)),
    ("narrow_items", NARROW, PLAIN),
    ("narrow_responses", clipped(NARROW), NARROW),
    ("minimum_distance", SPACED, PLAIN),
    ("no_items", PLAIN[PLAIN["set_size"] == 1], PLAIN),
    ("few_large_errors", FAITHFUL[:80], PLAIN),
    ("swaps", PLAIN, FAITHFUL),
    ("no_swaps", guessing(FAITHFUL), PLAIN),
    ("no_probes", PLAIN[["subject", "set_size", "target", "response", *ITEMS]], PLAIN),
    ("probe_gradient", PLAIN, random_responses(PLAIN)),
    ("no_probe_gradient", random_responses(PLAIN), PLAIN),
    ("few_trials", PLAIN.assign(subject=np.where(np.arange(len(PLAIN)) < 5, 9, PLAIN["subject"])), PLAIN),
    ("opening", csv(PLAIN.assign(extra=1.0)).replace(b"extra", b"target", 1), PLAIN),
]


@pytest.mark.parametrize(("kind", "ill", "well"), CASES, ids=[f"{case[0]}-{place}" for place, case in enumerate(CASES)])
def test_a_finding_has_a_file_that_triggers_it_and_one_that_does_not(kind, ill, well):
    findings, _ = found(ill)
    assert kind in findings
    assert kind not in found(well)[0]
    finding = findings[kind]
    assert finding.detail.endswith((".", "?"))
    assert finding.severity == "info" or finding.breaks.endswith("."), "what it would break is said"


# A reading that a person chose against the values: what is found, and that its mend gives the first reading back.
WRONG = [
    ("other_units", PLAIN, {"periods": {"response": 360.0, "target": 2 * np.pi, "nontargets": 2 * np.pi}}),
    ("other_units", DEGREES, {"periods": {"response": 180.0, "target": 180.0, "nontargets": 180.0, "probe": 360.0}}),
    (
        "other_units",
        half_doubled(PLAIN),
        {"periods": {"response": 2 * np.pi, "target": 2 * np.pi, "nontargets": 2 * np.pi}},
    ),
    (
        "other_units",
        extra_factor(PLAIN),
        {"periods": dict.fromkeys(("response", "target", "nontargets", "probe"), 2 * np.pi)},
    ),
    ("other_convention", RELATIVE, {"nontargets_are": "minus_target"}),
    ("other_convention", relative(PLAIN, "minus_target"), {"nontargets_are": "response_minus"}),
    ("other_convention", PLAIN, {"nontargets_are": "minus_target"}),
    ("placeholder_kept", placed_at(0.0).drop(columns="set_size"), {"missing": ()}),
    ("half_turn", PLAIN, {"shifts": {"nontargets": 0.5}}),
    (
        "unrelated",
        DEGREES,
        {"periods": {"response": 360.0, "target": 360 * 180 / np.pi, "nontargets": 360.0, "probe": 360.0}},
    ),
]


@pytest.mark.parametrize(("kind", "frame", "changes"), WRONG, ids=[f"{case[0]}-{n}" for n, case in enumerate(WRONG)])
def test_a_wrong_choice_is_found_and_its_mend_takes_it_back(kind, frame, changes):
    good = read_file(csv(frame), "a.csv")
    assert kind not in {finding.kind for finding in good.findings}
    kinds, data = found(frame, **changes)
    expected = "half_turn_mended" if "shifts" in changes else kind
    finding = kinds[expected]
    assert finding.mend is not None
    outcome = read_file(data, "a.csv", finding.mend[1])
    for _ in range(2):  # two columns in wrong units are two mends
        again = next((one for one in outcome.findings if one.kind == kind and one.mend is not None), None)
        outcome = read_file(data, "a.csv", again.mend[1]) if again is not None else outcome
    assert expected not in {one.kind for one in outcome.findings}
    assert outcome.trials.hash == good.trials.hash


def test_mends_of_what_was_found_by_itself_take_the_finding_away():
    for frame in (
        PLAIN.assign(**{name: wrap(PLAIN[name] + np.pi) for name in ITEMS}),
        relative(PLAIN, "response_minus", np.pi),
        PLAIN.assign(response=wrap(PLAIN["response"] + np.pi)),
    ):
        kinds, data = found(frame)
        kind, mend = next((kind, kinds[kind].mend) for kind in ("half_turn", "response_half_turn") if kind in kinds)
        outcome = read_file(data, "a.csv", mend[1])
        assert kind not in {finding.kind for finding in outcome.findings}
        offset = wrap(PLAIN[ITEMS].to_numpy() - PLAIN[["target"]].to_numpy())
        assert np.allclose(
            np.cos(outcome.trials.displays.report_distance[:, 1:].numpy()), np.cos(offset), equal_nan=True
        )
        assert "swaps" in {finding.kind for finding in outcome.findings}


@pytest.mark.parametrize("period", [2 * np.pi, 360.0])
def test_what_was_doubled_twice_is_read_as_what_it_was(period):
    names = ("target", "response", *ITEMS)
    frame = PLAIN.assign(**{name: PLAIN[name] % (2 * np.pi) / np.pi * period for name in names})
    outcome = read_file(csv(frame), "a.csv")
    assert (outcome.state, outcome.mapping.periods["response"]) == ("ready", pytest.approx(2 * period))
    plain = read_file(csv(PLAIN), "a.csv").trials
    assert np.allclose(np.cos(outcome.trials.report.numpy()), np.cos(plain.report.numpy()), atol=1e-9, equal_nan=True)
    assert np.allclose(np.cos(outcome.trials.response.numpy()), np.cos(plain.response.numpy()), atol=1e-9)


def test_files_that_could_not_be_used_are_named():
    one, two = csv(PLAIN[PLAIN["subject"] == 1]), csv(PLAIN[PLAIN["subject"] == 2])
    outcome = read_files([("a.csv", one), ("b.csv", two), ("c.csv", b"x,y\n1,2\n")])
    finding = next(finding for finding in outcome.findings if finding.kind == "refused_files")
    assert "“c.csv”" in finding.detail
    assert "refused_files" not in {one.kind for one in read_files([("a.csv", one), ("b.csv", two)]).findings}


def test_every_kind_of_finding_is_in_this_table():
    kinds = set()
    for path in Path(doctor.__file__).parent.glob("*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        kinds |= {call.args[1].value for call in calls if getattr(call.func, "id", "") == "Finding"}
    assert len(kinds) > 25
    tested = {case[0] for case in CASES} | {case[0] for case in WRONG} | {"half_turn_mended", "refused_files"}
    assert kinds == tested
