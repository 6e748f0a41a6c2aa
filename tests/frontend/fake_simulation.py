"""Networks for the fake API: records in every state, and a simulate endpoint that draws plausible runs with numpy.

By hand, in this folder: `uvicorn fake_simulation:with_pages --factory --port 8400`.
"""

from __future__ import annotations

import base64
import os
import time
from typing import Annotated, Any

import fake_api
import numpy as np
import study_numbers as numbers
import study_records as records
from fastapi import Body, FastAPI
from fastapi.responses import Response

TAU = 2 * np.pi
EPOCHS = (("stimulus", 5), ("delay", 15), ("cue", 5), ("gap", 1), ("recall", 40))
AXES = {
    "pca": (("PC 1", 0.34), ("PC 2", 0.27), ("PC 3", 0.13)),
    "plane": (("report, cos", 0.31), ("report, sin", 0.28), ("memory", 0.17)),
    "items": (("Cued item’s plane, x", 0.2), ("Cued item’s plane, y", 0.2), ("Other item’s plane", 0.2)),
}
KAPPA = {"f4": "<f4", "i1": "|i1"}


def array(values: Any, kind: str = "f4") -> dict[str, str]:
    """A typed array as plotly reads it."""
    return {"dtype": kind, "bdata": base64.b64encode(np.asarray(values, dtype=KAPPA[kind]).tobytes()).decode()}


def wrap(angle: Any) -> Any:
    return (np.asarray(angle) + np.pi) % TAU - np.pi


def swap_weights(display: dict[str, Any]) -> tuple[np.ndarray, float]:
    """Probability of each item, nearer probes swap more; and of a guess."""
    probe = np.asarray(display["probe"], dtype=float)
    place = display["cue"] if display.get("cue") is not None else probe[display["cued"]]
    strength = 2.2 * np.exp(2.3 * (np.cos(probe - place) - 1))
    if display.get("cue") is None:
        strength[display["cued"]] += 1.3
    guess = 0.02 + 0.008 * len(probe)
    odds = np.exp(strength)
    return (1 - guess) * odds / odds.sum(), guess


def epochs_of(delay: int) -> list[dict[str, Any]]:
    """The epochs of a trial with a delay of so many steps."""
    epochs, start = [], 0
    for name, steps in EPOCHS:
        steps = delay if name == "delay" else steps
        epochs.append({"name": name, "start": start, "stop": start + steps})
        start += steps
    return epochs


def draw(body: dict[str, Any]) -> dict[str, Any]:
    """Responses, reported items and states (S, T, 3) of the runs a request asks for."""
    display, noise = body["display"], float(body.get("noise", 1))
    done = body.get("interventions") or {}
    noise *= float(np.mean([(done.get("noise") or {}).get(name, 1) for name, _ in EPOCHS]))
    generator = np.random.default_rng(int(body.get("seed", 1)))
    report = np.asarray(display["report"], dtype=float)
    runs = int(body["runs"])
    share, guess = swap_weights(display)
    for neuron in done.get("silenced", []):  # every neuron does a little to the swaps, some much
        share = np.where(np.arange(len(share)) == display["cued"], share, share * (1 + 6 / (1 + neuron % 7)))
    if done.get("flip_cue"):
        share = np.where(np.arange(len(share)) == done["flip_cue"]["to"], share + 0.5, share * 0.5)
    delay = int(body.get("delay") or 15)
    kappa = 11.0 / (1 + 0.25 * len(report)) / (0.6 + 0.4 * delay / 15) / max(noise, 0.08) ** 2
    item = np.where(
        generator.random(runs) < guess * noise, -1, generator.choice(len(report), runs, p=share / share.sum())
    )
    responses = np.where(
        item < 0, generator.uniform(-np.pi, np.pi, runs), wrap(generator.vonmises(report[item], kappa))
    )
    epochs = epochs_of(delay)
    return {
        "responses": responses,
        "nearest": item,
        "states": _states(body, responses, item, epochs, generator),
        "epochs": epochs,
    }


def _states(
    body: dict[str, Any], responses: np.ndarray, item: np.ndarray, epochs: list[dict[str, Any]], generator: Any
) -> np.ndarray:
    runs, total = len(responses), epochs[-1]["stop"]
    report = np.asarray(body["display"]["report"], dtype=float)
    probe = np.asarray(body["display"]["probe"], dtype=float)
    memory = np.array([np.cos(report).sum(), np.sin(report).sum(), np.cos(probe - report).sum()]) / len(report)
    ends = np.stack([2.5 * np.cos(responses), 2.5 * np.sin(responses), np.full(runs, -0.6)], 1)
    own = generator.normal(0, 1, (runs, 3))
    state = generator.normal(0, 0.15, (runs, 3))
    walk = np.empty((runs, total, 3))
    flat = body.get("axes") == "plane"
    for step in range(total):
        if step < epochs[0]["stop"]:
            aim, rate = memory * np.array([0.2, 0.2, 3] if flat else [2.2, 2.2, 2.6]), 0.25
        elif step < epochs[2]["start"]:
            aim, rate = memory * np.array([0.1, 0.1, 2.6] if flat else [1.7, 1.7, 2.4]) + 0.5 * own, 0.08
        elif step < epochs[4]["start"]:
            aim, rate = 0.35 * ends + 0.3 * own + [0, 0, 1.2], 0.2
        else:
            aim, rate = ends, 0.02 + 0.24 * (step - epochs[4]["start"]) / 40
        sigma = 0.16 * float(body.get("noise", 1)) * (1 - 0.75 * step / total)
        state = state + rate * (aim - state) + generator.normal(0, 1, (runs, 3)) * sigma
        walk[:, step] = state
    return walk


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """The answer of `POST /networks/{id}/simulate`."""
    began = time.perf_counter()
    drawn = draw(body)
    states = drawn["states"]
    runs, steps, _ = states.shape
    gapped = np.concatenate([states, np.full((runs, 1, 3), np.nan)], 1).reshape(-1, 3)
    display = body["display"]
    share, guess = swap_weights(display)
    angles = np.linspace(-np.pi, np.pi, 181)[:-1]
    report = np.asarray(display["report"], dtype=float)
    bumps = [w * numbers._von_mises(angles - r, 6.5) for w, r in zip(share, report, strict=True)]
    generator = np.random.default_rng(5)
    seen = wrap(generator.vonmises(report[generator.choice(len(report), 34, p=share / share.sum())], 6.0))
    spent = (time.perf_counter() - began) * 1000
    plain = draw(body | {"interventions": None}) if body.get("interventions") else None
    told = {
        **behaviour(drawn, display),
        "trajectories": {
            **{axis: array(gapped[:, at]) for at, axis in enumerate("xyz")},
            "runs": runs,
            "steps": steps,
            "axes": [{"label": label, "explained": part} for label, part in AXES[body["axes"]]],
        }
        if body.get("states", True)
        else None,
        "epochs": drawn["epochs"],
        "seconds_a_step": 0.05,
        "model": {
            "angles": array(angles),
            "density": array(sum(bumps) + guess / TAU),
            "weights": [guess, *share.tolist()],
        },
        "recorded": {"responses": array(seen), "trials": len(seen), "within": 0.26},
        "timing_ms": {"queue": 0.0, "simulate": spent, "total": spent},
    }
    return told | ({"baseline": behaviour(plain, display)} if plain else {})


def behaviour(drawn: dict[str, Any], display: dict[str, Any]) -> dict[str, Any]:
    """Responses, what each is nearest to, and both in a few numbers."""
    share, guess = swap_weights(display)
    own = drawn["responses"][drawn["nearest"] == display["cued"]]
    return {
        "responses": array(drawn["responses"]),
        "nearest": array(drawn["nearest"], "i1"),
        "summary": {
            "swap_network": float(np.mean((drawn["nearest"] >= 0) & (drawn["nearest"] != display["cued"]))),
            "swap_model": float(1 - guess - share[display["cued"]]),
            "sd_network": float(np.sqrt(-2 * np.log(np.abs(np.exp(1j * own).mean())))) if len(own) else None,
        },
    }


def fidelity(quality: float = 1.0) -> dict[str, Any]:
    """FidelityResult; `quality` 1 is a faithful network, 0 one that reports means."""
    distance = np.linspace(0.4, np.pi, 12)
    target = 0.34 * np.exp(-((distance / 1.2) ** 2)) + 0.012
    network = target * (0.35 + 0.57 * quality) + 0.004
    edges = np.linspace(-np.pi, np.pi, 49)
    middle = (edges[1:] + edges[:-1]) / 2
    generator = np.random.default_rng(8)
    rows, errors = [], []
    for size in numbers.SET_SIZES:
        sd, swap = 0.3 + 0.09 * size, numbers.SWAP[size]
        rows.append(
            {
                "set_size": size,
                "sd_network": sd * (0.7 + 0.28 * quality),
                "sd_target": sd,
                "kurtosis_network": 0.9 * quality + 0.1 * size,
                "kurtosis_target": 1.0 + 0.1 * size,
                "uniform_network": numbers.UNIFORM[size] * quality,
                "uniform_target": numbers.UNIFORM[size],
                "swap_network": swap * (0.3 + 0.62 * quality),
                "swap_target": swap,
            }
        )
        density = numbers._mixture(middle, size)
        noisy = density * generator.normal(1, 0.08, 48) * (1 + (1 - quality) * 0.9 * np.exp(-((middle / 0.4) ** 2)))
        errors.append(
            {
                "set_size": size,
                "edges": numbers._rounded(edges),
                "network": numbers._rounded(noisy),
                "target": numbers._rounded(density),
            }
        )
    return {
        "c2st": {"network": 0.54 + 0.22 * (1 - quality), "floor": 0.502, "sd": 0.008},
        "swap_curve": {
            "distance": numbers._rounded(distance),
            "target": numbers._rounded(target),
            "network": numbers._rounded(network),
            "low": numbers._rounded(network * 0.88),
            "high": numbers._rounded(network * 1.12),
            "largest_error": float(np.abs(network - target).max()),
        },
        "energy": {"ratio": 1.35 + 5.2 * (1 - quality), "floor": 1.0},
        "by_set_size": rows,
        "errors": errors,
        "displays": 512,
        "responses": 16384,
    }


def curve(steps: int = 5000, floor: float = 0.021) -> list[dict[str, float]]:
    """A training's loss against its floor."""
    generator = np.random.default_rng(1)
    return [
        {
            "step": s,
            "loss": float((floor + 0.9 * np.exp(-s / 320) + 0.05 * np.exp(-s / 1900)) * generator.lognormal(0, 0.07)),
            "floor": floor,
            "learning_rate": 5e-3,
            "swap_weight": min(max((s - 1500) / 1000, 0), 1),
        }
        for s in range(0, steps + 1, 50)
    ]


def _network(number: str, name: str, state: str, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": number,
        "name": name,
        "state": state,
        "job_id": None,
        "fit_id": "f1",
        "dataset_id": "d1",
        "dataset_name": "Example",
        "law": None,
        "objective": "diffusion",
        "seed": 1,
        "config": {
            "neurons": 48,
            "hidden": 160,
            "durations": {"stimulus": 5, "delay": 15, "cue": 5, "gap": 1, "recall": 40},
        },
        "created": records.CREATED,
        "result": None,
        "budget": "demo",
    }
    return row | changes


def networks() -> dict[str, dict[str, Any]]:
    """Two finished networks of one fit, one in training, one that failed."""
    stages = [
        {"name": "no swaps", "from_step": 0},
        {"name": "ramp", "from_step": 1500},
        {"name": "swaps as fitted", "from_step": 2500},
    ]

    def result(objective: str, quality: float) -> dict[str, Any]:
        return {
            "objective": objective,
            "seed": 1,
            "parameters": 8452,
            "config": {"neurons": 48, "hidden": 160, "steps": 5000},
            "training": {"steps": 5000, "seconds": 290.0, "curve": curve(), "stages": stages},
            "picture": numbers.live_picture(5000),
            "fidelity": fidelity(quality),
        }

    rows = [
        _network("n1", "Diffusion · BNS of example", "done", result=result("diffusion", 1.0)),
        _network(
            "n4",
            "Mean-matching · BNS of example",
            "done",
            objective="mean_matching",
            result=result("mean_matching", 0.0),
        ),
        _network("n2", "Diffusion, second seed", "running", job_id="j4", seed=2),
        _network("n3", "Diffusion, third seed", "failed", job_id="j8", seed=3),
    ]
    return {row["id"]: row for row in rows}


def mount(app: FastAPI, wait: float = 0.0) -> FastAPI:
    """Add networks to a fake API; `wait` seconds stand for the worker's work; `app.state.networks` are the records."""
    rows = app.state.networks = networks()
    app.state.refuse = None
    asked = app.state.fake.asked

    @app.get("/api/networks")
    async def listed() -> list[dict[str, Any]]:
        known = {key: (row.get("result") or {}).get("fidelity") for key, row in rows.items()}
        return [row | {"result": None, "fidelity": known[key]} for key, row in rows.items()]

    @app.post("/api/networks/estimate")
    async def estimate(body: Annotated[dict[str, Any], Body()]) -> Any:
        if set(body) - {"config", "budget", "objective", "count"}:
            return fake_api.problem(422, "Unknown setting", str(sorted(body)))
        if body["config"].get("alpha", 0) > 1:
            return fake_api.problem(422, "The request cannot be used as it is", "config.alpha: at most 1.")
        steps = {"quick": 600, "demo": 5000, "full": 20000}.get(body.get("budget") or "demo", 5000)
        config = {"delay_steps": [2, 10], "alpha": 0.2, "target": "exact", "patience": 0.0} | body["config"]
        return {"seconds": steps * 0.058, "device": "cpu, 2 cores", "config": config}

    @app.post("/api/networks", status_code=202)
    async def train(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        asked.append(("POST", "networks", body))
        return records.jobs()["j4"]

    @app.get("/api/networks/{key}")
    async def one(key: str) -> dict[str, Any]:
        return fake_api._found(rows, key)

    @app.get("/api/networks/{key}/weights.safetensors")
    async def weights(key: str) -> Response:
        return Response(b"weights", media_type="application/octet-stream")

    @app.post("/api/networks/{key}/simulate")
    def simulate(key: str, body: Annotated[dict[str, Any], Body()]) -> Any:
        if app.state.refuse:
            return fake_api.problem(503, "No worker answers", app.state.refuse)
        time.sleep(wait)
        asked.append(("POST", f"networks/{key}/simulate", body))
        return answer(body)

    @app.post("/api/networks/{key}/landmarks")
    def landmarks(key: str, body: Annotated[dict[str, Any], Body()]) -> Any:
        import fake_landmarks

        asked.append(("POST", f"networks/{key}/landmarks", body))
        return fake_landmarks.answer(body)

    return app


def with_pages() -> FastAPI:
    """The fake API with networks and the pages on it; $SWAPSCOPE_API_URL says where it will listen."""
    from frontend.app import attach

    os.environ.setdefault("SWAPSCOPE_API_URL", "http://127.0.0.1:8400")
    app = mount(fake_api.create_app())
    attach(app)
    return app
