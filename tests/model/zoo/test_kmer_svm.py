import numpy as np
import torch

from senformer.genome.sequence import encode
from senformer.model import create_model
from senformer.model.zoo.kmer_svm import word_columns


def test_kmer_svm__published_size():
    with torch.device("meta"):
        model = create_model("kmer_svm")
    # (4^6 + 4^3) / 2 words with their reverse complements, and the intercept.
    assert (len(model.weights), model.card.parameters) == (2080, 2081)


def test_kmer_svm__counts_of_both_strands_as_a_unit_vector():
    model = create_model("kmer_svm", word_bp=2, window_bp=6)
    codes = np.stack([encode("AACTTN"), encode("NNNNNN")])
    found = model.features(codes).toarray()
    columns = word_columns(2, both_strands=True)
    # AA and TT share a column, and so do AC and GT, CT and AG.
    expected = np.zeros((2, 10))
    expected[0, columns[[0b0000, 0b0001, 0b0111]]] = np.array([2, 1, 1]) / np.sqrt(6)
    np.testing.assert_allclose(found, expected)
    assert len(word_columns(2, both_strands=False)) == 16
