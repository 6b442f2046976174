import os
import signal
import threading

import pytest

from senformer.train.signals import StopRequest


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_stop_request__first_signal_is_noted(number):
    before = signal.getsignal(number)
    with StopRequest() as stop:
        assert stop.signal is None
        os.kill(os.getpid(), number)
        assert stop.signal == number
    assert signal.getsignal(number) is before


@pytest.fixture
def interrupts():
    """Let SIGINT interrupt, also where the tests run in a shell's background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_stop_request__second_signal_acts_at_once():
    with StopRequest() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert stop.signal == signal.SIGINT


@pytest.mark.usefixtures("interrupts")
def test_stop_request__shared_notes_all_and_goes_on_after_an_error():
    before = signal.getsignal(signal.SIGINT)
    with StopRequest(is_shared=True) as stop:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.signal == signal.SIGINT
    assert signal.getsignal(signal.SIGINT) is before
    stop = StopRequest(is_shared=True)
    with pytest.raises(ValueError), stop:
        raise ValueError
    os.kill(os.getpid(), signal.SIGINT)
    assert stop.signal == signal.SIGINT
    stop.__exit__(None, None, None)
    assert signal.getsignal(signal.SIGINT) is before


def test_stop_request__other_thread_catches_nothing():
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def enter():
        with StopRequest() as stop:
            seen.append((stop.signal, signal.getsignal(signal.SIGTERM)))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [(None, before)]
