"""Holding back what a library prints past Python."""

import os
import subprocess
import sys
import threading

import pytest

from senformer.tracks.quiet import STDERR, STDOUT, quiet


def test_quiet__a_good_block_hands_on(capfd):
    with quiet(STDERR):
        os.write(2, b"progress")
    assert capfd.readouterr().err == "progress"


def test_quiet__a_failed_block_drops(capfd):
    for _ in range(2):
        with pytest.raises(KeyError), quiet(STDERR):
            os.write(2, b"thread panicked at ...")
            raise KeyError
    with quiet(STDERR):
        os.write(2, b"later")
    assert capfd.readouterr().err == "later"


def test_quiet__standard_output_alone(capfd):
    with pytest.raises(KeyError), quiet(STDOUT):
        os.write(1, b"dropped")
        os.write(2, b"kept")
        raise KeyError
    assert capfd.readouterr() == ("", "kept")


def test_quiet__other_threads_leave_it_alone(capfd):
    def work():
        with quiet(STDERR):
            os.write(2, b"straight through")
            assert capfd.readouterr().err == "straight through"

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_quiet__process_without_standard_error():
    use = "from senformer.tracks.quiet import STDERR, STDOUT, quiet\nwith quiet(STDERR): print(7)"
    code = f"import os; os.close(2)\n{use}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "7\n"
