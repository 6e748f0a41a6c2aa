"""The published claims on the mechanism, over networks with different seeds.

    python -m benchmarks.published_mechanism [--networks FOLDER] [--seeds N] [--json FILE]

Networks of the published conditions (``models/network/published.py``; missing ones are trained first) are put through
the analyses of the mechanism. Every published claim is one number for each network: confirmed if its whole interval is
where the claim has it, "differs" if none of it is. A claim that differs is a finding and no failure: exits 1 only where
networks are too few, or too unlike each other, to say either.
"""

from __future__ import annotations

import torch

from benchmarks import published_planes
from benchmarks.claims import CONFIRMED, DIFFERS, NOT_CONFIRMED, markdown, tell
from benchmarks.measured import Measured
from benchmarks.mechanism_claims import PARTS
from benchmarks.published_networks import place
from benchmarks.wanted import Wanted, arguments, conclude
from models.analysis import decoding, interventions, planes, role_axis, swap_hypotheses

ANALYSES = {
    "planes": planes,
    "published_planes": published_planes,
    "swap_hypotheses": swap_hypotheses,
    "decoding": decoding,
    "role_axis": role_axis,
    "interventions": interventions,
}


def main() -> int:
    """Run it; 1 where a claim is neither confirmed nor refuted."""
    options = place(arguments(__doc__ or "")).parse_args()
    torch.set_num_threads(1)
    found = Measured(options.networks, options.seeds, ANALYSES)
    claims = []
    for part in PARTS:
        some = part(found)
        tell(some)
        claims += some
    print(markdown(claims))
    counts = {verdict: sum(one.verdict == verdict for one in claims) for verdict in (CONFIRMED, DIFFERS, NOT_CONFIRMED)}
    decided = [Wanted(one.published[:66], float(one.verdict != NOT_CONFIRMED), low=1.0) for one in claims]
    words = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    about = f"{len(claims)} claims over {options.seeds} networks of each condition: {words}."
    return conclude(decided, [one.row() for one in claims], options.json, about)


if __name__ == "__main__":
    raise SystemExit(main())
