"""What the arrays of a chromosome and of a pack are."""

import pytest
from tests.dataset.toy import BIN_BP, SIZES, Toy

from senformer.dataset.array_specs import codes_spec, facts_spec, targets_spec
from senformer.dataset.plan import make_plan


def test_specs__of_a_chromosome(toy: Toy) -> None:
    plan, n_bins = make_plan(toy.config()), SIZES["chrA"] // BIN_BP
    assert codes_spec(plan, "chrA").shape == (SIZES["chrA"],)
    assert codes_spec(plan, "chrA").meaning["meaning"] == "bases of the chromosome"
    assert targets_spec(plan, "chrA").shape == (n_bins, 5)
    assert facts_spec(plan, "chrA").grid.chunk == facts_spec(plan, "chrA").grid.shard == n_bins


@pytest.mark.usefixtures("toy_packs")
def test_specs__of_a_pack_are_one_shard_each(toy: Toy) -> None:
    plan = make_plan(toy.config())
    assert plan.packs == {"pack0": ["chrB", "chrC"]}
    n_bases, n_bins = SIZES["chrB"] + SIZES["chrC"], SIZES["chrB"] // BIN_BP + SIZES["chrC"] // BIN_BP
    codes, targets, facts = (spec(plan, "pack0") for spec in (codes_spec, targets_spec, facts_spec))
    assert codes.shape == (n_bases,)
    assert codes.meaning["meaning"] == "bases of the contigs, one after the other"
    assert targets.shape == (n_bins, 5)
    assert facts.grid.chunk == targets.grid.chunk < n_bins
    assert codes.grid.shard >= n_bases
    assert targets.grid.shard == facts.grid.shard >= n_bins
