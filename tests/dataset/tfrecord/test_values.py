"""Records on their way into the store: read again, they must be what was scanned."""

import numpy as np
import pytest
from tests.dataset.tfrecord.sets import ToySet, write_records

from senformer.core.errors import DataError
from senformer.dataset.tfrecord.framing import frame
from senformer.dataset.tfrecord.plan import make_import_plan
from senformer.dataset.tfrecord.record import write_record
from senformer.dataset.tfrecord.values import Filled, code_blocks, stored_records, target_blocks


def filled() -> Filled:
    return Filled(np.zeros(3, np.int64), np.zeros(3, np.int64))


def test_blocks__are_contigs_in_order(toy_set: ToySet) -> None:
    plan = make_import_plan(toy_set.config())
    codes = list(code_blocks(plan, "train-1", filled()))
    np.testing.assert_array_equal(codes, toy_set.codes["train"][2:4])
    (target,) = target_blocks(plan, "train-2", filled())
    assert target.dtype == np.float16
    np.testing.assert_array_equal(target[4:-4], toy_set.targets["train"][4])


def test_stored_records__the_file_changed_meanwhile(own_set: ToySet) -> None:
    plan = make_import_plan(own_set.config())
    path = own_set.folder / "tfrecords" / "train-0.tfr"
    write_records(path, [])
    with pytest.raises(DataError, match=r"train-0.tfr: has changed since the import began"):
        list(stored_records(plan, "train-0"))
    record = write_record(own_set.codes["train"][0], np.ones((5, 3), np.float16), "index")
    write_records(path, [frame(record)])
    with pytest.raises(DataError, match=r"record 0 \(byte 0\): has changed since the import began"):
        list(stored_records(plan, "train-0"))
