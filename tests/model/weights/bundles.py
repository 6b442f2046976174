"""Write TensorFlow checkpoints without TensorFlow, whole and damaged, for tests of the reader."""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from google_crc32c import extend

from senformer.model.weights.bundle.graph import KEY
from senformer.model.weights.enformer_names import SONNET
from senformer.model.weights.enformer_sizes import enformer_names

_TYPES = {"float32": 1, "float64": 2, "int32": 3, "int64": 9, "float16": 19}
_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | bytes | str) -> bytes:
    """Encode one field: a number as varint, text and messages as bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def fixed32(number: int, value: int) -> bytes:
    return varint(number << 3 | 5) + struct.pack("<I", value)


def masked(*pieces: bytes) -> int:
    crc = 0
    for piece in pieces:
        crc = extend(crc, piece)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def block(entries: Mapping[bytes, bytes]) -> bytes:
    """Encode a block whose keys after the first share what they can."""
    out, before = b"", b""
    for key, value in entries.items():
        shared = next((i for i, (a, b) in enumerate(zip(key, before, strict=False)) if a != b), None)
        shared = min(len(key), len(before)) if shared is None else shared
        own = key[shared:]
        out += varint(shared) + varint(len(own)) + varint(len(value)) + own + value
        before = key
    return out + struct.pack("<II", 0, 1)


def stored(data: bytes, kind: int = 0) -> bytes:
    return data + bytes([kind]) + struct.pack("<I", masked(data + bytes([kind])))


def snappy_literal(data: bytes) -> bytes:
    """Pack without finding anything to repeat."""
    out = varint(len(data))
    for start in range(0, len(data), 60):
        piece = data[start : start + 60]
        out += bytes([(len(piece) - 1) << 2]) + piece
    return out


def table(entries: Mapping[bytes, bytes], per_block: int = 5, snappy: bool = False) -> bytes:
    """Encode a table of several blocks."""
    out, index, keys = b"", {}, sorted(entries)
    for start in range(0, len(keys), per_block):
        part = keys[start : start + per_block]
        data = block({key: entries[key] for key in part})
        data = snappy_literal(data) if snappy else data
        index[part[-1]] = varint(len(out)) + varint(len(data))
        out += stored(data, int(snappy))
    handles = []
    for data in (block({}), block(index)):
        handles.append(varint(len(out)) + varint(len(data)))
        out += stored(data)
    return out + b"".join(handles).ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)


def shape_message(shape: tuple[int, ...]) -> bytes:
    return b"".join(field(2, field(1, size)) for size in shape)


def object_graph(paths: Mapping[str, str]) -> bytes:
    """Encode the tree of objects that paths describe; a path's value is its variable's key."""
    nodes: list[tuple[dict[str, int], str | None]] = [({}, None)]
    for path, key in paths.items():
        place = 0
        for name in path.split("/"):
            children = nodes[place][0]
            if name not in children:
                children[name] = len(nodes)
                nodes.append(({}, None))
            place = children[name]
        nodes[place] = (nodes[place][0], key)
    out = b""
    for children, key in nodes:
        node = b"".join(field(1, field(1, child) + field(2, name)) for name, child in children.items())
        if key is not None:
            node += field(2, field(1, "VARIABLE_VALUE") + field(2, "some/name") + field(3, key))
        out += field(1, node)
    return out


def write_bundle(
    prefix: Path, tensors: Mapping[str, np.ndarray | bytes], n_shards: int = 1, **settings: Any
) -> None:
    """Write an index and its shards; tensors go to the shards in turn."""
    shards = [b""] * n_shards
    entries = {b"": field(1, n_shards) + field(3, field(1, 1))}
    for turn, (key, value) in enumerate(sorted(tensors.items())):
        shard = turn % n_shards
        if isinstance(value, bytes):
            length = struct.pack("<I", len(value))
            crc = struct.pack("<I", masked(length))
            data, kind, shape = varint(len(value)) + crc + value, 7, ()
            total = masked(length, crc, value)
        else:
            data, kind, shape = value.tobytes(), _TYPES[str(value.dtype)], value.shape
            total = masked(data)
        entries[key.encode()] = (
            field(1, kind)
            + field(2, shape_message(shape))
            + (field(3, shard) if shard else b"")
            + field(4, len(shards[shard]))
            + field(5, len(data))
            + fixed32(6, total)
        )
        shards[shard] += data
    prefix.parent.mkdir(parents=True, exist_ok=True)
    prefix.with_name(prefix.name + ".index").write_bytes(table(entries, **settings))
    for shard, data in enumerate(shards):
        prefix.with_name(f"{prefix.name}.data-{shard:05d}-of-{n_shards:05d}").write_bytes(data)


def sonnet_tensors(model: Any) -> dict[str, np.ndarray]:
    """Return a model's tensors by Sonnet's object paths, moving averages with what they come from."""
    config = model.config
    sizes = {key: getattr(config, key) for key in ("n_conv_blocks", "n_layers", "heads", "pooling")}
    state, found = model.state_dict(), {}
    for ours, (path, layout) in enformer_names(SONNET, sizes).items():
        theirs, axes = layout.split(">")
        kept = [axis for axis in theirs if axis != "1"]
        value = np.transpose(state[ours].numpy(), [axes.index(axis) for axis in kept])
        shape = [1 if axis == "1" else state[ours].shape[axes.index(axis)] for axis in theirs]
        found[path] = np.ascontiguousarray(value).reshape(shape)
        if path.endswith("/average"):
            found[path.replace("average", "_hidden")] = found[path] * 0.5
            found[path.replace("average", "_counter")] = np.array(7, dtype=np.int64)
    return found


def write_sonnet(prefix: Path, tensors: Mapping[str, np.ndarray], n_shards: int = 1) -> None:
    """Write what ``tf.train.Checkpoint(module=model).save`` writes."""
    keys = {f"module/{path}": f"module/{path}{_SUFFIX}" for path in tensors}
    keys["save_counter"] = f"save_counter{_SUFFIX}"
    values: dict[str, np.ndarray | bytes] = {keys[f"module/{path}"]: value for path, value in tensors.items()}
    values[keys["save_counter"]] = np.array(1, dtype=np.int64)
    values[KEY] = object_graph(keys)
    write_bundle(prefix, values, n_shards)
    state = f'model_checkpoint_path: "{prefix.name}"\nall_model_checkpoint_paths: "{prefix.name}"\n'
    (prefix.parent / "checkpoint").write_text(state)
