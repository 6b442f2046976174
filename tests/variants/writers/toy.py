"""A sheet of two variants in two parts."""

from pathlib import Path

from tests.variants.toy import DEFAULT, SCORED, TRACKS

from senformer.variants.part_file import write_part
from senformer.variants.sheet import Sheet
from senformer.variants.table import SCORES, score_table, track_frame


def toy_sheet(folder: Path, tracks: list[dict] = TRACKS, **options) -> Sheet:
    """Write each variant of ``SCORED`` as a part."""
    frame = track_frame(tracks, 3)
    parts = [folder / "0.parquet", folder / "1.parquet"]
    for path, scored in zip(parts, SCORED, strict=True):
        write_part(path, score_table([scored], "toy", frame, DEFAULT), SCORES)
    return Sheet(parts, DEFAULT, frame, **options)
