"""A saved model that is scored by delta inference, its genome, and variants of every kind."""

from pathlib import Path

import numpy as np
from tests.predict.delta.models import HEAD, enformer

WINDOW_BP = 16 * 40


def write_world(folder: Path, n_places: int = 24) -> dict[str, object]:
    """Write all into ``folder``; return the arguments of ``score`` but for the output."""
    enformer(n_layers=1).save(folder / "model")
    rng = np.random.default_rng(1)
    bases = "".join(rng.choice(list("ACGT"), 3 * WINDOW_BP))
    (folder / "genome.fa").write_text(f">chrA\n{bases}\n")
    lines = []
    for place in np.linspace(2, len(bases) - 12, n_places).astype(int).tolist():
        ref = bases[place]
        alts = [letter for letter in "ACGT" if letter != ref]
        lines.append(f"chrA\t{place + 1}\t.\t{ref}\t{','.join(alts)}\t.\t.\t.")
        lines.append(f"chrA\t{place + 3}\t.\t{bases[place + 2]}\t{bases[place + 2]}GATTACA\t.\t.\t.")
        lines.append(f"chrA\t{place + 6}\t.\t{bases[place + 5 : place + 9]}\t{bases[place + 5]}\t.\t.\t.")
    head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    (folder / "variants.vcf").write_text(head + "\n".join(lines) + "\n")
    files = {"run": folder / "model", "genome": folder / "genome.fa", "variants": folder / "variants.vcf"}
    return {**files, "head": HEAD, "device": "cpu"}
