"""Write the small saved models of ``tests/golden``, each with an input and its outputs.

``model_format1`` was saved by release 0.1.0, before the folder had checksums of its own. It is never
made anew: it stands for every model saved then, and has to load and give the same outputs for ever.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch

from senformer.core.commit import commit_file, sha256, write_json
from senformer.core.provenance import versions
from senformer.model import create_model

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "golden"
SIZES = {
    "channels": 16,
    "channel_divisor": 4,
    "n_layers": 2,
    "n_heads": 2,
    "key_size": 3,
    "n_conv_blocks": 2,
    "window_bp": 8 * 40,
    "crop_bins": 3,
    "heads": {"human": 5, "mouse": 2},
    "attention": {"block_bins": 4, "random_blocks": 1, "seed": 7},
}


def main(out: Path) -> None:
    """Save a model whose every parameter is random, with the outputs of a short input."""
    torch.manual_seed(1)
    model = create_model("senformer", **SIZES).eval()
    with torch.no_grad():
        for key, value in model.state_dict().items():
            noise = torch.randn(value.shape)
            value.copy_(noise.exp() if key.endswith("var") else value + 0.2 * noise)
        codes = torch.randint(0, 5, (2, 8 * 43), dtype=torch.uint8)
        outputs = {head: values.numpy() for head, values in model(codes).items()}
    model.save(out)
    arrays = out.with_name(out.name + ".npz")
    commit_file(arrays, lambda path: np.savez_compressed(path, codes=codes.numpy(), **outputs))
    files = [*sorted(out.iterdir()), arrays]
    made_by = {
        "tool": "scripts/golden_models.py",
        "command": f"python scripts/golden_models.py tests/golden/{out.name}",
        "versions": versions(),
        "tolerance": 1e-5,
        "sha256": {str(file.relative_to(out.parent)): sha256(file) for file in files},
    }
    write_json(out.with_name(out.name + ".json"), made_by)
    print(json.dumps(made_by, indent=1), file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else GOLDEN / "model_new")
