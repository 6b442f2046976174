"""Damaged inputs of every format: refused or read, never a crash, a hang or an error that is not ours.

``N_FILES`` files of each in every run; ``SENFORMER_FUZZ=200`` makes it that many.
"""

import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from tests.fuzz.child import files_in, outcome
from tests.fuzz.formats import FUZZED
from tests.fuzz.mutate import mutate

from senformer.core.config import Config
from senformer.core.provenance import describe_input
from senformer.dataset.inputs import is_unchanged

N_FILES = int(os.environ.get("SENFORMER_FUZZ", "20"))


@pytest.mark.slow
@pytest.mark.parametrize("name", FUZZED)
def test_damaged_input__is_refused_or_known_as_another_file(name, tmp_path, monkeypatch):
    monkeypatch.setenv("SENFORMER_CACHE", str(tmp_path / "cache"))
    kind, counts, faults = FUZZED[name], Counter(), []
    (tmp_path / "sound").mkdir()
    sound = kind.make(tmp_path / "sound")
    data = sound.read_bytes()
    known = describe_input(sound) | {"modified_ns": None}  # so that the content decides
    how, expected = outcome(kind.read, sound)
    assert how == "read", expected
    assert outcome(kind.read, sound) == ("read", expected)
    for number in range(N_FILES):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = kind.make(folder)
        path.write_bytes(mutate(data, f"{name}:{number}", kind.is_text))
        before = files_in(folder)
        how, said = outcome(kind.read, path)
        if how == "read":
            how = "same" if said == expected else "other"
        counts[how] += 1
        is_other = path.read_bytes() != data
        record = {"config": Config().model_dump(mode="json"), "inputs": {"x": known | {"path": str(path)}}}
        if how in ("foreign", "crash", "hang") or (how == "other" and kind.is_derived):
            faults.append((number, how, said[:300]))
        elif how == "refused" and (files_in(folder) != before or path.name.encode() not in said):
            faults.append((number, "left files or names none", said[:300]))
        elif is_other and not kind.is_derived and is_unchanged(record, Config()):
            faults.append((number, "passes for the recorded file", b""))
    print(name, dict(counts))
    assert not faults, f"{len(faults)} of {N_FILES}: {faults[:5]}"


def test_mutate__is_the_same_for_the_same_seed():
    data = bytes(range(256)) * 4
    found = [mutate(data, f"x:{number}", is_text=True) for number in range(60)]
    assert found == [mutate(data, f"x:{number}", is_text=True) for number in range(60)]
    assert sum(one != data for one in found) > 40
    assert len(set(found)) > 40


def test_outcome__tells_crash_foreign_and_refusal(tmp_path: Path):
    assert outcome(lambda path: b"abc", tmp_path) == ("read", b"abc")
    assert outcome(lambda path: os.kill(os.getpid(), signal.SIGKILL), tmp_path)[0] == "crash"
    assert outcome(lambda path: {}["a"], tmp_path) == ("foreign", b"KeyError: 'a'")
    assert outcome(lambda path: bytes(3 << 30), tmp_path)[0] == "foreign"  # beyond the memory it may take
    assert outcome(FUZZED["vcf"].read, tmp_path / "none.vcf")[0] == "refused"
