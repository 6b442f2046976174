import logging
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from tests.predict.toy import HEAD, TRACKS, ToyModel

import senformer
from senformer.core.errors import ConfigError, DataError
from senformer.genome.sequence import encode
from senformer.model import create_model
from senformer.predict.predictor import Predictor
from senformer.predict.sequences import SequencePredictor, predict_sequences, usual_batch

HOW = {"device": "cpu"}


@pytest.fixture(scope="module")
def one_bin():
    torch.manual_seed(2)
    return create_model("mpra_dragonn", window_bp=16, channels=[3, 3, 3], heads={"toy": 2})


def expected(model, texts, head):
    """Each sequence in the middle of N, predicted alone."""
    rows = []
    for text in texts:
        left = (model.window_bp - len(text)) // 2
        codes = np.full((1, model.window_bp), 4, dtype=np.uint8)
        codes[0, left : left + len(text)] = encode(text)
        rows.append(Predictor(model, **HOW).predict(codes, head)[0])
    return np.stack(rows)


TEXTS = ["ACGTACGTACGTACGT", "acgt", "TTGACAN", "G", "GATTACA"]


def test_predict_sequences__a_row_each(one_bin):
    found = predict_sequences(one_bin, TEXTS, batch_size=2, **HOW)
    assert found.columns.tolist() == ["toy_0", "toy_1"]
    assert found.index.equals(pd.RangeIndex(5))
    np.testing.assert_allclose(found, expected(one_bin, TEXTS, "toy")[:, 0], atol=1e-6)


def test_predict_sequences__pandas_keeps_its_index(one_bin):
    table = pd.DataFrame({"seq": TEXTS}, index=list("vwxyz"))
    found = senformer.predict_sequences(one_bin, table, column="seq", **HOW)
    assert found.index.tolist() == list("vwxyz")
    pd.testing.assert_frame_equal(found, predict_sequences(one_bin, table["seq"], **HOW))
    with pytest.raises(DataError, match="has no column 'sequence'"):
        predict_sequences(one_bin, table, **HOW)


def test_predict_sequences__of_a_path(one_bin, tmp_path):
    one_bin.save(tmp_path / "model")
    found = predict_sequences(str(tmp_path), TEXTS, tracks=["toy_1"], **HOW)
    assert found.columns.tolist() == ["toy_1"]


def test_predict_sequences__several_bins():
    model = ToyModel(window_bp=20, bin_bp=4, crop_bins=1)
    found = predict_sequences(model, ["A" * 20, "ACGTAC"], strands="forward", **HOW)
    names = [str(track["name"]) for track in TRACKS]
    assert found.columns.tolist() == ["bin", "start", "end", *names]
    assert found.index.tolist() == [0, 0, 0, 1, 1, 1]
    assert found["bin"].tolist() == [0, 1, 2] * 2
    # 6 bases in a window of 20 lie at 7 to 13; the bins that the crop leaves begin at 4, 8 and 12.
    assert found["start"].tolist() == [4, 8, 12, -3, 1, 5]
    assert found["end"].tolist() == [8, 12, 16, 1, 5, 9]
    codes = np.full((1, 20), 4, dtype=np.uint8)
    codes[0, 7:13] = encode("ACGTAC")
    by_hand = Predictor(model, strands="forward", **HOW).predict(codes, HEAD)[0]
    np.testing.assert_allclose(found.loc[1, names], by_hand, atol=1e-6)


def test_predict_sequences__cropped_at_both_ends():
    model = ToyModel(window_bp=20, bin_bp=4, crop_bins=1)
    rng = np.random.default_rng(1)
    text = "".join(rng.choice(list("ACGT"), 25))
    with pytest.raises(DataError, match=r"sequences\[1\]: the sequence has 25 .* 20. Cut it, or give"):
        predict_sequences(model, ["A", text], **HOW)
    found = predict_sequences(model, [text], too_long="crop", **HOW)
    whole = predict_sequences(model, [text[2:22]], **HOW)
    assert (found["start"] == whole["start"] + 2).all()
    np.testing.assert_array_equal(found.iloc[:, 3:], whole.iloc[:, 3:])


def test_predict_sequences__a_machine_of_words_reads_any_length():
    model = create_model("kmer_svm", window_bp=12, word_bp=3)
    model.weights.copy_(torch.arange(32, dtype=torch.float64)[:, None])
    long = "ACGTTGCAAC" * 4
    found = predict_sequences(model, ["ACGTT", long], **HOW)
    alone = model(torch.from_numpy(encode(long)[None]))["human"][0, 0, 0]
    assert found.iloc[1, 0] == pytest.approx(float(alone))
    cropped = predict_sequences(model, [long], too_long="crop", **HOW)
    assert cropped.iloc[0, 0] != found.iloc[1, 0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "holds no sequence"),
        ("ACGT", r"is one text. Give a list: \[sequence\]"),
        (["A", None], r"sequences\[1\]: is no text, but None"),
        (["A", ""], r"sequences\[1\]: the sequence is empty"),
        (["A", "AC-T"], r"sequences\[1\]: letter '-' at index 2 is no base"),
    ],
)
def test_predict_sequences__refuses(one_bin, given, message):
    with pytest.raises(DataError, match=message):
        predict_sequences(one_bin, given, **HOW)


def test_predict_sequences__refuses_shifts(one_bin):
    with pytest.raises(ConfigError, match="nothing beyond their window to shift by 1 bp"):
        predict_sequences(one_bin, TEXTS, shifts_bp=(0, 1), **HOW)


def test_sequence_predictor__a_model_of_two_sequences():
    model = SimpleNamespace(name="pair", inputs={"sequence": "", "promoter": ""}, REQUIRED=("promoter",))
    fault = (
        "pair reads promoter beside the sequence, of which a sequence alone tells nothing. Evaluate it on a"
    )
    with pytest.raises(ConfigError, match=fault):
        SequencePredictor(model)


def test_sequence_predictor__says_what_is_read_as_0(caplog):
    model = ToyModel()
    model.name, model.inputs = "toy", {"sequence": "", "half_life": "", "global_bins": ""}
    with caplog.at_level(logging.WARNING):
        SequencePredictor(model)
    assert [record.getMessage() for record in caplog.records] == ["toy is given no half_life: read as 0"]


def test_schema__names_that_are_taken_get_their_number():
    model = ToyModel()
    model.card = SimpleNamespace(
        heads={HEAD: [{**TRACKS[0], "name": "bin"}, TRACKS[1], {**TRACKS[2], "name": "atac"}]}, training=None
    )
    assert SequencePredictor(model).schema.names == ["id", "bin", "start", "end", "bin#0", "atac#1", "atac#2"]


def test_n_rows__whole_batches_of_bounded_size():
    assert SequencePredictor(ToyModel(window_bp=64), batch_size=7).n_rows == (1 << 22) // 64 // 7 * 7
    assert SequencePredictor(ToyModel(window_bp=1 << 23), batch_size=3).n_rows == 3


def test_usual_batch__by_the_window():
    assert [usual_batch(n) for n in (1, 145, 1000, 196_608)] == [256, 256, 65, 1]
