"""A small table dataset of sequences with and without a motif."""

from pathlib import Path

from tests.classical.toy import planted

from senformer.core.config import parse
from senformer.core.shapes import BASES
from senformer.dataset import TableDataset, build_dataset, open_dataset
from senformer.dataset.table.config import TableConfig


def motif_dataset(folder: Path, n_rows: int = 60, **changes: object) -> TableDataset:
    """Build ``folder / "d"``, every fifth row test.

    Values are ``label``, ``other``, which is no label, and ``rare``, in one row.
    """
    codes, labels = planted(n_rows)
    lines = ["sequence\tlabel\tother\trare\tsplit"]
    for number, (row, label) in enumerate(zip(codes, labels, strict=True)):
        text = "".join(BASES[code] for code in row)
        split = "test" if number % 5 == 0 else "train"
        rare = "1" if number == 1 else "nan"
        lines.append(f"{text}\t{label:g}\t{label + number / 100:g}\t{rare}\t{split}")
    (folder / "t.tsv").write_text("\n".join(lines) + "\n")
    values = {
        "kind": "table",
        "organism": "toy",
        "rows": str(folder / "t.tsv"),
        "sequence": "sequence",
        "values": ["label"],
        "window_bp": 44,
        "split": {"by": "column", "column": "split"},
        **changes,
    }
    build_dataset(parse(TableConfig, values, "dataset"), folder / "d")
    dataset = open_dataset(folder / "d")
    assert isinstance(dataset, TableDataset)
    return dataset
