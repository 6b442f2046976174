"""Small random models with every part at work, and sequences that differ in many ways."""

import numpy as np
import torch

import senformer

HEAD = "yeast"
HEADS = {HEAD: 5, "fly": 2}
SMALL = {
    "channels": 16,
    "channel_divisor": 4,
    "n_layers": 3,
    "n_position_features": 6,
    "n_heads": 2,
    "key_size": 4,
    "n_conv_blocks": 3,
    "window_bp": 16 * 40,
    "crop_bins": 3,
    "heads": HEADS,
}
ATTENTION = {
    "dense": {"kind": "dense"},
    "dense_tokens": {"kind": "dense", "learned_tokens": 2},
    "bigbird": {"kind": "bigbird", "block_bins": 4},
    "bigbird_tokens": {"kind": "bigbird", "block_bins": 3, "learned_tokens": 3},
    "bigbird_local": {"kind": "bigbird", "block_bins": 3, "global_blocks": 0, "random_blocks": 0},
    "bigbird_2022": {"kind": "bigbird_2022", "block_bins": 4},
    "linear": {"kind": "linear"},
}
BASKERVILLE = {
    "stem_channels": 6,
    "stem_width": 9,
    "tower_channels": [8, 10, 12],
    "n_layers": 2,
    "n_heads": 2,
    "key_size": 4,
    "n_upsamplings": 2,
    "final_channels": 7,
    "window_bp": 16 * 40,
    "crop_bins": 9,
    "n_position_features": 8,
    "heads": HEADS,
}


def draw(model: torch.nn.Module, seed: int = 3) -> torch.nn.Module:
    """Draw all weights and running statistics, and put the model into evaluation."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if name.endswith("running_var"):
                value.uniform_(0.5, 2, generator=generator)
            elif value.ndim == 1:
                value.uniform_(-0.5, 1, generator=generator)
            else:
                value.normal_(0, 1.5 * value[0].numel() ** -0.5, generator=generator)
    return model.eval()


def enformer(attention: str = "dense", **changes: object) -> torch.nn.Module:
    """Return a small Enformer with one of ``ATTENTION``."""
    return draw(senformer.create_model("senformer", **SMALL | {"attention": ATTENTION[attention]} | changes))


def baskerville(**changes: object) -> torch.nn.Module:
    """Return a small Baskerville."""
    return draw(senformer.create_model("baskerville", **BASKERVILLE | changes))


def random_codes(n_bp: int, rng: np.random.Generator) -> np.ndarray:
    """Return random codes, N among them."""
    return rng.choice(5, size=n_bp, p=[0.3, 0.2, 0.2, 0.25, 0.05]).astype(np.uint8)


def variants_of(codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return alternatives: both ends, one base, a few, three places, N, a moved flank, all, and none."""
    n = len(codes)
    at = int(rng.integers(20, n - 40))

    def changed(*places: int) -> np.ndarray:
        other = codes.copy()
        other[list(places)] = (codes[list(places)] + 1) % 4
        return other

    several, masked = codes.copy(), codes.copy()
    several[at : at + 9] = random_codes(9, rng)
    masked[at : at + 3] = 4
    deletion = np.concatenate([codes[:at], codes[at + 3 :], random_codes(3, rng)])
    insertion = np.concatenate([codes[7:at], random_codes(7, rng), codes[at:]])
    return np.stack(
        [
            changed(0),
            changed(n - 1),
            changed(at),
            changed(5, at, n - 19),
            several,
            masked,
            deletion,
            insertion,
            random_codes(n, rng),
            codes,
        ]
    )
