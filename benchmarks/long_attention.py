"""Attention of one layer over millions of bins: does it hold queries, keys, values, the output and one tile?

Reduced width in float32, without gradients; relative keys are projected where a tile needs them. Prints one
JSON object: sizes, seconds, and how much memory the call took beyond its operands and its output.

    python benchmarks/long_attention.py --bins 2000000
"""

import argparse
import json
import resource
import time

import torch

from senformer.model.attention import ATTENTIONS
from senformer.model.attention.base import AttentionSizes
from senformer.model.positions import POSITIONS
from senformer.model.positions.table import PositionTable

HEADS, KEY, VALUE, FEATURES, BASIS_BINS = 4, 16, 32, 48, 1536


def resident_bytes() -> int:
    """Return the memory of this process."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def measure(n_bins: int, kind: str) -> dict[str, float | int | str]:
    """Attend once."""
    attention = ATTENTIONS[kind]
    sizes = AttentionSizes(HEADS * VALUE, HEADS, KEY, VALUE, FEATURES)
    layer = attention(sizes, attention.config_class(kind=kind), 0).eval()
    torch.manual_seed(0)
    query, key = (torch.randn(HEADS, 1, n_bins, KEY) for _ in range(2))
    value = torch.randn(HEADS, 1, n_bins, VALUE)
    positions = PositionTable(POSITIONS["relative"], n_bins, FEATURES, BASIS_BINS, torch.empty(0))
    before = resident_bytes()
    start = time.perf_counter()
    with torch.no_grad():
        out = layer.mix(query, key, value, layer.relative_keys(positions))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "what": "attention_long",
        "kind": kind,
        "bins": n_bins,
        "seconds": round(seconds, 1),
        "operand_bytes": query.nbytes + key.nbytes + value.nbytes,
        "output_bytes": out.nbytes,
        "beyond_bytes": peak - before - out.nbytes,
        "threads": torch.get_num_threads(),
    }


def main() -> None:
    """Read the command line and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bins", type=int, default=2_000_000)
    parser.add_argument("--kind", default="bigbird", choices=sorted(ATTENTIONS))
    options = parser.parse_args()
    print(json.dumps(measure(options.bins, options.kind)))


if __name__ == "__main__":
    main()
