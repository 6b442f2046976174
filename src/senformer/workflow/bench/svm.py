"""The gapped k-mer kernel of every sequence with every other; ``svm`` in ``BENCHES``.

Of a FASTA, all of its sequences and every second one; otherwise of random sequences of 230 bp. Words of
11 bp, 7 of them kept, at most 3 mismatches, both strands: the published program's own choice. Lengths are
those of all sequences together.
"""

import os
from pathlib import Path

import numpy as np

from senformer.core.seeding import numpy_rng
from senformer.core.shapes import N_CODE
from senformer.dataset.table.fasta import SEQUENCE, read_fasta_rows
from senformer.genome.sequence import encode
from senformer.model.kmers.kernel import GappedKernel
from senformer.model.kmers.words import Codes
from senformer.workflow.measure.case import Bench, Case, Settings, Work

SEQUENCE_BP = 230
THREADS = {"one_thread": 1, "all_threads": os.cpu_count() or 1}
_PYTHON_BYTES, _BYTES_A_BASE, _BYTES_A_PAIR = 600_000_000, 500, 40


def cases(settings: Settings) -> list[Case]:
    """Return one case a number of sequences and of threads."""
    path = settings.options["run"]
    steps = (2, 1) if path is not None else (1,)
    found = []
    for length in settings.lengths if path is None else (0,):
        for step in steps:
            codes = sequences(path, length, step)
            n_bases = int((codes < N_CODE).sum())
            for kind in settings.kinds:
                columns = {"n_sequences": len(codes), "threads": THREADS[kind]}
                options = {"columns": columns, "run": path, "step": step, "length": length}
                found.append(
                    Case("svm", kind, "files" if path else "random", "cpu", "fp64", n_bases, options=options)
                )
    return found


def sequences(path: str | None, length: int, step: int) -> Codes:
    """Return every so many of a FASTA's sequences, or random ones; shorter ones followed by N."""
    if path is None:
        shape = max(2, length // SEQUENCE_BP), SEQUENCE_BP
        return numpy_rng(1, "bench svm").integers(0, 4, shape).astype(np.uint8)
    chunks = read_fasta_rows(Path(path), [SEQUENCE])
    rows = [encode(text.as_py()) for chunk in chunks for text in chunk.columns[SEQUENCE]][::step]
    codes = np.full((len(rows), max(map(len, rows), default=0)), N_CODE, dtype=np.uint8)
    for row, found in zip(codes, rows, strict=True):
        row[: len(found)] = found
    return codes


def prepare(case: Case) -> Work:
    """Return the whole matrix, from the sequences on."""
    codes = sequences(case.options["run"], case.options["length"], case.options["step"])
    kernel = GappedKernel()

    def run() -> None:
        kernel.own_similarity(kernel.words(codes), THREADS[case.kind])

    return run


def needed_bytes(case: Case) -> int:
    """Return about what a case takes."""
    n_sequences = case.options["columns"]["n_sequences"]
    return _PYTHON_BYTES + _BYTES_A_BASE * case.length_bp + _BYTES_A_PAIR * n_sequences**2


SVM = Bench(
    name="svm",
    summary="the gapped k-mer kernel of sequences with one another",
    lengths=(148_120, 296_240),
    kinds=tuple(THREADS),
    cases=cases,
    prepare=prepare,
    needed_bytes=needed_bytes,
    reads=frozenset({"repeats", "run"}),
    uses_model=False,
)
