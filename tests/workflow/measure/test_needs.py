from tests.workflow.measure.toy import toy_settings

from senformer.workflow.bench import BENCHES
from senformer.workflow.measure.needs import forward_bytes, step_bytes


def cases(what, length):
    settings = toy_settings(
        what, overrides={}, kinds=("bigbird",), lengths=(length,), with_peer=True, peer_python="python"
    )
    return BENCHES[what].cases(settings)


def test_forward_bytes__the_peers_at_the_published_size():
    ours, peer = cases("forward", 196_608)
    assert 4e9 < forward_bytes(peer) < 6e9
    assert forward_bytes(ours) < forward_bytes(peer)


def test_step_bytes__the_peer_does_not_fit_in_most_machines():
    ours, peer = cases("step", 196_608)
    assert 18e9 < step_bytes(peer) < 30e9
    assert step_bytes(ours) < step_bytes(peer)
