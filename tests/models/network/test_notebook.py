"""The lines of docs/notebook.md, run as they stand."""

import json
import re
from pathlib import Path

import pytest
import torch

import models
from models.network.config import QUICK
from models.network.intervention import Intervention
from models.network.network import Network
from models.network.storage import UnreadableNetwork, dump, from_card

PAGE = Path(models.__file__).parents[1] / "docs" / "notebook.md"


def snippet():
    found = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(found) == 1
    return found[0]


def test_the_lines_of_the_page_load_a_network_and_run_it(tmp_path, monkeypatch, capsys):
    network = Network(QUICK, seed=1)
    (tmp_path / "weights.safetensors").write_bytes(dump(network)["network.safetensors"])
    (tmp_path / "card.json").write_text(json.dumps({"name": "a network", "config": QUICK.to_json()}))
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(snippet(), str(PAGE), "exec"), names)
    assert names["states"].shape == (500, QUICK.network_steps, QUICK.neurons)
    for name, value in network.state_dict().items():
        assert torch.equal(names["network"].state_dict()[name], value)
    assert "recall" in capsys.readouterr().out


def test_it_needs_only_torch_and_our_models():
    imports = re.findall(r"^(?:from|import) (\w+)", snippet(), re.MULTILINE)
    assert set(imports) == {"torch", "models"}
    assert len([line for line in snippet().splitlines() if line.strip() and not line.startswith("#")]) <= 20


def test_a_card_of_another_network_is_refused():
    weights = dump(Network(QUICK, seed=1))["network.safetensors"]
    card = json.dumps({"config": QUICK.changed(neurons=16).to_json()}).encode()
    with pytest.raises(UnreadableNetwork, match="another version"):
        from_card(weights, card)


def test_the_intervention_of_the_page_can_be_done():
    call = re.search(r"intervention=(Intervention\(.*?\}\))", PAGE.read_text()).group(1)
    change = eval(call, {"Intervention": Intervention})
    assert change == Intervention(silenced=(3,), noise={"recall": 0.0})
    change.check(QUICK, QUICK.delay_steps[1], items=2)
