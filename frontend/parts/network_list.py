"""The list of networks: those that differ in their seed alone on one card, with their source and C2ST."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import dcc, html

from frontend.parts.ensemble_report import spread
from frontend.parts.icon import icon
from frontend.parts.network_kin import base_name, is_ready, runs, seed_of, seeds_key, source_words
from frontend.parts.objectives_report import objective_words

Network = dict[str, Any]
STATES = {
    "done": ("ready", "teal"),
    "ready": ("ready", "teal"),
    "running": ("training", "accent"),
    "training": ("training", "accent"),
    "paused": ("paused", "yellow"),
    "failed": ("failed", "red"),
    "cancelled": ("cancelled", "gray"),
}


def state_badge(network: Network) -> dmc.Badge:
    """The state of a network in a word and a colour."""
    words, colour = STATES.get(str(network.get("state")), (str(network.get("state")), "gray"))
    return dmc.Badge(words, color=colour, variant="light")


def network_list(networks: Sequence[Network], fits: Sequence[dict[str, Any]]) -> list[html.Article]:
    """A card for each network or ensemble, the newest first; ``fits`` are those that networks may have learned from."""
    names = {str(fit["id"]): str(fit["name"]) for fit in fits}
    together: dict[str, list[Network]] = {}
    for network in networks:
        together.setdefault(_together(network), []).append(network)
    return [_card(sorted(some, key=seed_of), names) for group in together.values() for some in runs(group)]


def _together(network: Network) -> str:
    """A key of what shares a card: ready networks that differ in their seed alone, and others by their job."""
    if is_ready(network):
        return seeds_key(network)
    return str((network.get("ensemble") or {}).get("id") or network["id"])


def c2st_words(networks: Sequence[Network]) -> html.Span | None:
    """The two-sample test of one network, or the mean and the range of several; nothing where it is not known."""
    known = [one["fidelity"]["c2st"]["network"] for one in networks if one.get("fidelity")]
    if not known:
        return None
    mean, ends = spread(known, ".3f")
    words = f"C2ST {mean}" if len(known) == 1 else f"C2ST {mean} ({ends})"
    title = "How often a classifier tells its responses from the behavioural model's; 0.5 is chance"
    return html.Span(words, className="number", title=title)


def _card(networks: Sequence[Network], fits: Mapping[str, str]) -> html.Article:
    """One network, or several with a link to each."""
    first, alone = networks[0], len(networks) == 1
    name = str(first.get("name") or first["id"])
    title = name if alone else base_name(first)
    count = f"seed {first.get('seed', '–')}" if alone else f"{len(networks)} seeds"
    about = [objective_words(first), count, source_words(first, fits)]
    links = [dcc.Link(f"seed {one.get('seed')}", href=_page(one)) for one in networks]
    return html.Article(
        [
            html.Div(
                [
                    dcc.Link(title, href=_page(first), className="network-name"),
                    html.Div(
                        [*(html.Span(words) for words in about if words), c2st_words(networks)],
                        className="network-about small soft",
                    ),
                    None if alone else html.Div(links, className="network-members small"),
                ],
                className="grow",
            ),
            state_badge(first),
            dmc.Anchor(
                dmc.Button("Explore", size="compact-sm", variant="light", leftSection=icon("explore", 14)),
                href=f"/explore/{quote(str(first['id']))}",
            )
            if is_ready(first)
            else None,
        ],
        className="card row",
    )


def _page(network: Network) -> str:
    return f"/network/{quote(str(network['id']))}"
