"""What a folder tells of a build that was stopped."""

import json
from pathlib import Path

import pytest
from tests.dataset.table.toy import toy_config, toy_rows, write_table
from tests.dataset.test_build import killed_build
from tests.dataset.toy import Toy

from senformer.core.errors import DataError
from senformer.dataset import build, build_dataset, layout, open_dataset
from senformer.dataset.plan import make_plan
from senformer.dataset.progress import n_done, n_pieces, refuse_unfinished
from senformer.dataset.shard import all_pieces

LOCKED = (
    "is not finished: all it holds is the lock of a command that was stopped as it began (no dataset.json); "
    "no piece of a dataset is done. Run the same senformer build command again, or wait where it still runs."
)


def _header(root: Path) -> dict:
    return json.loads((root / layout.HEADER).read_text())


def _refused(root: Path) -> str:
    with pytest.raises(DataError) as caught:
        refuse_unfinished(root)
    assert caught.value.code == "E411"
    return str(caught.value)


def test_n_pieces__is_what_a_build_makes(toy: Toy, store_path: Path) -> None:
    pieces = all_pieces(make_plan(toy.config()))
    assert n_pieces(_header(store_path)) == n_done(store_path) == len(pieces)


@pytest.mark.usefixtures("small_pieces")
def test_n_pieces__of_several_shards_a_chromosome(toy: Toy) -> None:
    plan = make_plan(toy.config())
    assert n_pieces(plan.header) == len(all_pieces(plan)) > 2 * len(plan.chrom_sizes)


@pytest.mark.usefixtures("toy_packs")
def test_n_pieces__of_packs(toy: Toy) -> None:
    plan = make_plan(toy.config())
    assert plan.packs
    assert n_pieces(plan.header) == len(all_pieces(plan))


def test_n_pieces__of_a_table(tmp_path: Path) -> None:
    build_dataset(toy_config(write_table(tmp_path / "t.tsv", toy_rows())), tmp_path / "d")
    assert n_pieces(_header(tmp_path / "d")) == n_done(tmp_path / "d") == 1


def test_n_pieces__of_another_version_is_not_known(store_path: Path) -> None:
    assert n_pieces(_header(store_path) | {"format": 99}) is None


def test_refuse_unfinished__a_killed_build_tells_how_far_it_came(toy: Toy, tmp_path: Path) -> None:
    assert killed_build(toy, tmp_path / "d", 200) == 9
    done, total = n_done(tmp_path / "d"), len(all_pieces(make_plan(toy.config())))
    assert 0 < done < total
    told = _refused(tmp_path / "d")
    assert told.endswith(
        f"d: is not finished (no DONE.json): {done} of {total} pieces done. Run the same senformer build "
        "command again: it goes on where it was."
    )
    with pytest.raises(DataError, match=f"{done} of {total} pieces done"):
        open_dataset(tmp_path / "d")
    build(toy.config(), tmp_path / "d")
    refuse_unfinished(tmp_path / "d")


def test_refuse_unfinished__all_pieces_are_done_or_nobody_knows(copied_store: Path) -> None:
    (copied_store / layout.DONE).unlink()
    assert "6 of 6 pieces done, all but its end." in _refused(copied_store)
    (copied_store / layout.HEADER).write_text(json.dumps({"format": 99}))
    (copied_store / layout.SHARDS / ".partial-1-x.json").write_text("{}")
    assert "(no DONE.json): 6 pieces done. Run" in _refused(copied_store)


def test_refuse_unfinished__stopped_as_it_planned(tmp_path: Path) -> None:
    refuse_unfinished(tmp_path)
    refuse_unfinished(tmp_path / "none")
    (tmp_path / ".lock").write_text("{}")
    assert _refused(tmp_path).endswith(LOCKED)
    (tmp_path / "notes.txt").write_text("")
    refuse_unfinished(tmp_path)
