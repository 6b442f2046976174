import logging

from senformer.train import progress
from senformer.train.progress import Ticker


class _Clock:
    """Time that moves when told to."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now


def test_ticker__rates_and_line(monkeypatch, caplog):
    clock = _Clock()
    monkeypatch.setattr(progress, "time", clock)
    with caplog.at_level(logging.INFO), Ticker(10, 50, 4096, seconds_before=30.0) as ticker:
        clock.now += 2.0
        found = ticker.tell(14, 0.5, None)
        assert ticker.seconds == 32.0
    # 4 steps in 2 s; 36 steps are left
    assert found == {"elapsed_s": 32.0, "steps_per_s": 2.0, "bp_per_s": 8192.0}
    assert caplog.messages == ["step 14 of 50  loss 0.5000  2.00 steps/s  8,192 bp/s  ends in 18 s"]


def test_ticker__time_limit_bounds_the_end(monkeypatch, caplog):
    clock = _Clock()
    monkeypatch.setattr(progress, "time", clock)
    with caplog.at_level(logging.INFO), Ticker(0, 1000, 1, seconds_before=0.0) as ticker:
        clock.now += 10.0
        ticker.tell(10, 0.5, 60.0)
    assert caplog.messages[0].endswith("ends in 50 s")


def test_ticker__bar_on_a_terminal(monkeypatch, capsys, caplog):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with caplog.at_level(logging.INFO), Ticker(0, 4, 1, 0.0) as ticker:
        ticker.tell(2, 0.25, None)
        ticker.say("a line that stays")
    assert not caplog.messages
    shown = capsys.readouterr().err
    assert "a line that stays" in shown
    assert "loss 0.2500" in shown


def test_ticker__plain_line_elsewhere(caplog):
    with caplog.at_level(logging.INFO), Ticker(0, 4, 1, 0.0) as ticker:
        ticker.say("a line")
    assert caplog.messages == ["a line"]
