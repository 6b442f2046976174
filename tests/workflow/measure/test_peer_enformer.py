"""The peer's script is run by our own interpreter, with a stand-in for the package."""

import sys

import pytest
from tests.workflow.measure.toy import toy_settings

from senformer.workflow.bench import BENCHES
from senformer.workflow.measure.peers import find_peer
from senformer.workflow.measure.schedule import measure_all

STAND_IN = """
import torch

class Enformer(torch.nn.Module):
    @staticmethod
    def from_hparams(**sizes):
        assert sizes["dim"] == 32 and sizes["num_downsamples"] == 3 and sizes["use_checkpointing"] is False
        return Enformer(sizes["target_length"], sizes["output_heads"])

    def __init__(self, length, heads):
        super().__init__()
        self.norm = torch.nn.BatchNorm1d(4)
        self.length = length
        self.heads = torch.nn.ModuleDict({h: torch.nn.Linear(4, n) for h, n in heads.items()})

    def forward(self, x, head=None, target=None):
        x = self.norm(x.transpose(1, 2)).transpose(1, 2)[:, : self.length]
        out = {name: torch.nn.functional.softplus(layer(x)) for name, layer in self.heads.items()}
        return out if target is None else (out[head] - target * out[head].log()).mean()
"""


@pytest.mark.parametrize("what", ["forward", pytest.param("step", marks=pytest.mark.slow)])
def test_main__measures_what_the_package_does(what, tmp_path, monkeypatch):
    (tmp_path / "enformer_pytorch.py").write_text(STAND_IN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    settings = toy_settings(what, kinds=(), lengths=(8 * 20,), with_peer=True, peer_python=sys.executable)
    bench = BENCHES[what]
    (row,) = measure_all(bench, settings, bench.cases(settings))
    assert (row["kind"], row["peer"]) == ("enformer_pytorch", True)
    assert row["seconds"] > 0


def test_main__the_package_itself_at_toy_size():
    python = find_peer(None)
    if python is None:
        pytest.skip("enformer-pytorch is not installed (make peers)")
    sizes = {"channels": 96, "channel_divisor": 16, "n_layers": 1, "key_size": 4, "heads": {"human": 2}}
    settings = toy_settings(
        "forward", kinds=(), overrides=sizes, lengths=(128 * 16,), with_peer=True, peer_python=python
    )
    bench = BENCHES["forward"]
    (row,) = measure_all(bench, settings, bench.cases(settings))
    assert row["seconds"] > 0
