from pathlib import Path

import numpy as np
import pytest
import torch

from senformer.core.errors import DataError
from senformer.genome.sequence import encode
from senformer.model import load_model
from senformer.model.weights import SOURCES
from senformer.model.weights.lsgkm import matches, read
from senformer.workflow.convert import ConvertConfig, convert

NFE2 = "lsgkm_nfe2/wgEncodeSydhTfbsGm12878Nfe2hStdAlnRep0"
HEADER = "svm_type c_svc\nkernel_type wgkmrbf\nL 6\nk 4\nd 2\nnorc 1\ngamma 2\nM 40\nH 30\n"
LINES = HEADER + "nr_class 2\ntotal_sv 2\nrho 0.25\nlabel 1 -1\nnr_sv 1 1\nSV\n"
VECTORS = "0.5 ACGTACGTAA \n-0.5 GGGTTTaN \n"


def read_fasta(path):
    """Return the codes of a FASTA, padded with N."""
    rows: list[str] = []
    for line in Path(path).read_text().splitlines():
        if line.startswith(">"):
            rows.append("")
        else:
            rows[-1] += line
    codes = np.full((len(rows), max(map(len, rows))), 4, dtype=np.uint8)
    for row, text in zip(codes, rows, strict=True):
        row[: len(text)] = encode(text)
    return codes


def write(folder, text):
    path = folder / "model.txt"
    path.write_text(text)
    return path


def test_read__settings_and_vectors(tmp_path):
    path = write(tmp_path, LINES + VECTORS)
    assert next(name for name, source in SOURCES.items() if source.matches(path)) == "lsgkm"
    found = read(path)
    assert found.overrides == {
        "kernel": "wgkmrbf",
        "task": "classify",
        "both_strands": False,
        "word_bp": 6,
        "known_bp": 4,
        "max_mismatches": 2,
        "gamma": 2.0,
        "center_weight": 40,
        "center_half_bp": 30.0,
        "window_bp": 10,
        "n_support": 2,
        "support_bp": 10,
    }
    # Another letter than A, C, G, T is an A.
    assert found.tensors["support"][1].tolist() == [2, 2, 2, 3, 3, 3, 0, 0, 4, 4]
    assert found.tensors["coefficients"].tolist() == [[0.5], [-0.5]]
    assert found.tensors["intercept"].tolist() == [-0.25]


def test_read__the_decision_is_for_the_first_label(tmp_path):
    found = read(write(tmp_path, LINES.replace("1 -1", "-1 1") + VECTORS))
    assert found.tensors["coefficients"].tolist() == [[-0.5], [0.5]]
    assert found.tensors["intercept"].tolist() == [0.25]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LINES[:-3] + VECTORS, "has no line 'SV'"),
        (LINES.replace("total_sv 2", "total_sv 3") + VECTORS, "has 2 support vectors, its header says 3"),
        (LINES.replace("L 6\n", "") + VECTORS, "has no L"),
        (LINES.replace("rho 0.25", "rho x") + VECTORS, "has rho 'x'"),
        (LINES.replace("wgkmrbf", "rbf") + VECTORS, "kernel_type 'rbf'"),
        (LINES + "0.5 ACGT! \n", "line 16: is no number and a sequence"),
        (LINES, "has no support vectors|says 2"),
    ],
)
def test_read__faults(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read(write(tmp_path, text))


def test_matches__no_folder(tmp_path):
    assert not matches(tmp_path)


@pytest.mark.slow
@pytest.mark.real_data
def test_convert__published_predictions(shared_data, tmp_path):
    base = str(shared_data / NFE2)
    told = convert(Path(base + ".model.txt"), tmp_path / "m", ConvertConfig())
    assert (told["format"], told["parameters"]) == ("lsgkm", 959)
    model = load_model(tmp_path / "m", verify=True)
    for part in ("test", "neg.test"):
        expected = np.loadtxt(f"{base}.{part}.pred.txt", usecols=1)
        found = model(torch.from_numpy(read_fasta(f"{base}.{part}.fa")))["human"][:, 0, 0]
        np.testing.assert_allclose(found, expected, atol=1e-5)
