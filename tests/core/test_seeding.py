import subprocess
import sys

from senformer.core.seeding import child_seed, numpy_rng


def test_child_seed__depends_on_seed_and_names_alone():
    assert child_seed(1, "a", 2) == child_seed(1, "a", 2)
    assert (
        len({child_seed(1, "a", 2), child_seed(1, "a", 3), child_seed(2, "a", 2), child_seed(1, "a2")}) == 4
    )


def test_child_seed__does_not_change_with_pythons_hash_seed():
    code = "from senformer.core.seeding import child_seed; print(child_seed(3, 'x', 1))"
    printed = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": salt}, capture_output=True, check=True
        ).stdout
        for salt in ("1", "2")
    }
    assert printed == {f"{child_seed(3, 'x', 1)}\n".encode()}


def test_numpy_rng__same_names_same_draws():
    assert numpy_rng(1, "a").random() == numpy_rng(1, "a").random()
