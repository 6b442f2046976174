import pandas as pd
import pytest
from tests.genome.toy import random_genome, write_fasta
from tests.oracles.haplotypes import apply

from senformer.genome.fasta import open_fasta
from senformer.genome.interval import Interval
from senformer.genome.sequence import decode
from senformer.predict.lift import copy_start
from senformer.predict.reach import read_window_copies
from senformer.predict.tiles import TileGrid, covered_bins, place_tiles

SIZE, WINDOW_BP, MARGIN_BP = 4000, 320, 3
GRID = TileGrid(WINDOW_BP, 4, 0, 80)
TEXT = random_genome(7, {"c": SIZE})["c"]


def changed(at):
    return (at, at + 1, "A" if TEXT[at] != "A" else "C")


@pytest.mark.parametrize(
    ("place", "edits"),
    [
        (2000, [(2020, 2420, ""), changed(2475)]),
        (2000, [(1580, 1980, ""), changed(1525)]),
        (2000, [(2020, 2420, ""), (2440, 2900, ""), changed(2930), changed(3900)]),
        (0, [(100, 500, ""), changed(600)]),
        (3996, [(3500, 3900, ""), changed(3400)]),
        (2000, [changed(1900), (2050, 2050, "GATTACA"), changed(3900)]),
    ],
    ids=["right", "left", "chain", "first end", "last end", "short"],
)
def test_read_window_copies__windows_are_those_of_the_whole_copy(tmp_path, place, edits):
    fasta = open_fasta(write_fasta(tmp_path / "g.fa", {"c": TEXT}))
    rows = []
    for start, end, letters in sorted(edits):
        first = start - (end - start != len(letters))  # insertions and deletions show the base before them
        ref = TEXT[first:end]
        alt = TEXT[first:start] + letters
        rows.append(f"c\t{first + 1}\t.\t{ref}\t{alt}\t.\t.\t.\tGT\t0|1\n")
    vcf = tmp_path / "v.vcf"
    columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n"
    vcf.write_text("##fileformat=VCFv4.2\n" + columns + "".join(rows))
    regions = pd.DataFrame({"chrom": ["c"], "start": [place], "end": [place + 4]})
    (found,) = read_window_copies(vcf, fasta, ["S"], regions, GRID, margin_bp=MARGIN_BP)
    assert found.copies[0] == {}
    whole, places = apply(TEXT, edits)
    padded = "N" * WINDOW_BP + whole + "N" * WINDOW_BP
    (window,) = place_tiles("c", SIZE, covered_bins(regions, "c", SIZE, 4), GRID, 1).itertuples()
    middle = (window.start + window.end) // 2
    first = {0: 0, 3996: len(whole) - WINDOW_BP}.get(place)
    first = places.index(middle) - WINDOW_BP // 2 if first is None else first
    copy = found.copies[1]["c"]
    start = copy_start(copy, Interval("c", window.start, window.end), 0, SIZE)
    ours = decode(copy.fetch_padded(fasta, start - MARGIN_BP, start + WINDOW_BP + MARGIN_BP))
    assert ours == padded[WINDOW_BP + first - MARGIN_BP :][: WINDOW_BP + 2 * MARGIN_BP]
