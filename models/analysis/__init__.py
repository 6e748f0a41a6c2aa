"""Taking recordings apart: fidelity to behaviour, geometry of the state space."""
