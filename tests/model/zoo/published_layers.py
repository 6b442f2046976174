"""The layers of the published models, step by step, as their papers and code have them.

A step is ``conv CHANNELSxWIDTH`` (``by D`` dilated, ``same`` with zeros beyond the ends, ``bare`` without
a bias), ``dense UNITS``, ``norm``, ``relu``, ``gelu``, ``max SIZE`` (``up`` where a last, shorter window
counts, ``/STRIDE``), ``all`` for pooling of all positions, ``drop RATE``, ``lstm UNITS`` of each direction,
``flat``. A variant stands behind a colon.
"""

_DANQ = "conv 320x26, relu, max 13, drop 0.2, lstm 320, drop 0.5, flat, dense 925, relu, dense"
_BASSET = (
    "conv 300x19, norm, relu, max 3, conv 200x11, norm, relu, max 4, conv 200x7, norm, relu, max 4, flat, "
    "dense 1000, norm, relu, drop 0.3, dense 1000, norm, relu, drop 0.3, dense"
)
_GRN_TAIL = "drop 0.1, dense 64, relu, drop 0.1, dense 64, relu, drop 0.1, flat, dense 1"


def _beluga_pair(n: int, end: str) -> str:
    return f"conv {n}x8, relu, conv {n}x8, relu, {end}"


def _chrom_unit(n: int, width: int) -> str:
    return f"conv {n}x{width} same, relu, norm, drop 0.1"


def _chrom_block(n: int, width: int) -> str:
    return f"Residual({_chrom_unit(n, width)}, {_chrom_unit(n, width)})"


def _mpra(n: int, width: int, same: str = "", end: str = "") -> str:
    return f"conv {n}x{width}{same}, relu, norm, drop 0.1, {end}"


def _tower(act: str, n: int, width: int, end: str) -> str:
    return f"{act}, conv {n}x{width}{' same' if width > 1 else ''} bare, norm, {end}, "


LAYERS: dict[str, str] = {
    "deepbind": "Stretches(pad 23, conv 16x24, relu, all max), shared drop 0.25, flat, dense 1",
    "deepbind:rnacompete": "Stretches(pad 15, conv 16x16, relu, all max_mean), shared drop 0.25, "
    "dense 32, relu, flat, dense 1",
    "deepsea": "conv 320x8, relu, max 4, drop 0.2, conv 480x8, relu, max 4, drop 0.2, conv 960x8, relu, "
    "drop 0.5, flat, dense 925, relu, dense 919",
    "beluga": ", ".join(
        [
            _beluga_pair(320, "drop 0.2, max 4"),
            _beluga_pair(480, "drop 0.2, max 4"),
            _beluga_pair(640, "drop 0.5, flat, dense 2003, relu, dense 2002"),
        ]
    ),
    "deeper_deepsea": ", ".join(
        [
            _beluga_pair(320, "max 4, norm"),
            _beluga_pair(480, "max 4, norm, drop 0.2"),
            _beluga_pair(960, "norm, drop 0.2, flat, dense 919, relu, norm, dense 919"),
        ]
    ),
    "danq": f"{_DANQ} 919",
    "danq_jaspar": "conv 1024x30, relu, max 15, drop 0.2, lstm 512, drop 0.5, flat, dense 925, relu, "
    "dense 919",
    "agentbind:danq": f"{_DANQ} 1",
    "agentbind:deepsea": "conv 320x8 same, norm, relu, max 4 up, drop 0.2, conv 480x8 same, norm, relu, "
    "max 4 up, drop 0.2, conv 960x8 same, norm, relu, drop 0.5, flat, dense 925, norm, relu, dense 1",
    "tbinet": "conv 320x26, relu, max 13, drop 0.2, attend, lstm 320, drop 0.5, flat, dense 695, relu, "
    "dense 690",
    "basset": f"{_BASSET} 164",
    "basset:current_code": "conv 300x19 same, norm, relu, max 3 up, conv 200x11 same, norm, relu, max 4 up, "
    "conv 200x7 same, norm, relu, max 4 up, flat, dense 1000, norm, relu, drop 0.3, dense 1000, norm, relu, "
    "drop 0.3, dense 164",
    "deepfun": f"{_BASSET} 3451",
    "biren": "bank, gru 128, dense 1",
    "deepchrome": "conv 50x10, relu, max 5, flat, drop 0.5, dense 625, relu, dense 125, relu, dense 2",
    "attentivechrome": "SignalEncoders(5 * [AttentiveLstm(lstm 32, attend)]), AttentiveLstm(lstm 16, "
    "attend), dense 1",
    "attentivechrome:first_version": "SignalEncoders(5 * [AttentiveLstm(lstm 32, drop 0.5, attend)]), flat, "
    "dense 2",
    "basenji": _tower("relu", 312, 22, "drop 0.05")
    + _tower("relu", 368, 1, "drop 0.05, max 2")
    + "".join(_tower("relu", n, 6, "drop 0.05, max 4") for n in (435, 514, 607))
    + _tower("relu", 717, 3, "drop 0.05")
    + "".join(f"Joined(relu, conv 108x3 by {d} same bare, norm, drop 0.1), " for d in (2, 4, 8, 16, 32, 64))
    + _tower("relu", 1365, 1, "drop 0.05")
    + "relu, dense 4229",
    "basenji2": _tower("gelu", 288, 15, "max 2")
    + "".join(_tower("gelu", n, 5, "max 2") for n in (339, 399, 470, 554, 652, 768))
    + "".join(
        f"Residual(gelu, conv 384x3{'' if d == 1 else f' by {d}'} same bare, norm, gelu, conv 768x1 bare, "
        "norm, drop 0.3), "
        for d in (1, 2, 3, 4, 6, 9, 14, 21, 32, 48, 72)
    )
    + _tower("gelu", 1536, 1, "drop 0.05")
    + "gelu, dense 5313, dense 1643",
    "speid": "2 * [conv 200x40, relu, max 20], norm, drop 0.25, lstm 50, norm, drop 0.5, flat, dense 800, "
    "norm, relu, drop 0.5, dense 1, norm",
    "speid:early": "2 * [conv 1024x40, max 20], norm, drop 0.25, lstm 100, norm, drop 0.5, flat, dense 1000, "
    "norm, relu, drop 0.5, dense 1, norm",
    "mpra_dragonn": 3 * _mpra(120, 5) + "flat, dense 12",
    "mpra_dragonn:deep_factorized": "".join(_mpra(*sizes, " same") for sizes in [(48, 3), (64, 3), (100, 3)])
    + _mpra(150, 7, " same")
    + _mpra(300, 7, " same", "max 3, ")
    + _mpra(200, 7, " same")
    + _mpra(200, 3, " same")
    + _mpra(200, 3, " same", "max 4, ")
    + _mpra(200, 7, " same", "max 4, ")
    + "flat, dense 100, relu, norm, drop 0.1, dense 12",
    "xpresso": "conv 128x6 same, relu, max 30, conv 32x9 same, relu, max 10, flat, dense 64, relu, "
    "drop 0.00099, dense 2, relu, drop 0.01546, dense 1",
    "xpresso:manual": "conv 64x5 same, relu, max 10, conv 64x5 same, relu, max 20, flat, dense 100, relu, "
    "drop 0.5, dense 1",
    "zrimec2020": "conv 64x20, relu, norm, drop 0.2, max 4/2, "
    + 2 * "conv 64x20 same, relu, norm, drop 0.2, max 4/2, "
    + "flat, "
    + 2 * "dense 64, relu, norm, drop 0.2, "
    + "dense 1",
    "bpnet": "conv 64x25 same, relu, "
    + "".join(f"Residual(conv 64x3 by {2**i} same, relu), " for i in range(1, 10))
    + "ProfileHead(conv 8x25 same, dense 8)",
    "deepgrn": "Views(conv 128x34, relu, drop 0.1, conv 128x1, relu, max 17, shared drop 0.1, lstm 64, "
    "drop 0.1, ChannelAttention, conv 128x1 bare, relu, dense 128, relu), drop 0.1, dense 128, relu, "
    "drop 0.1, flat, dense 1",
    "deepgrn:egr1_single": "Views(conv 64x30, relu, drop 0.1, conv 64x1, relu, max 15, lstm 32, drop 0.1, "
    f"SharedVector(dense 64), flat, dense 64, relu), {_GRN_TAIL}",
    "deepgrn:egr1_pair": "Views(conv 64x30, relu, drop 0.1, conv 64x1, relu, max 15, PairAttention(dense 32 "
    f"bare, dense 32 bare, dense 64 bare), lstm 32, drop 0.1, flat, dense 64, relu), {_GRN_TAIL}",
    "deepstarr": "".join(
        f"conv {n}x{width} same, norm, relu, max 2, " for n, width in [(256, 7), (60, 3), (60, 5), (120, 3)]
    )
    + "flat, "
    + 2 * "dense 256, norm, relu, drop 0.4, "
    + "dense 2",
    "chromtransfer": ", ".join(
        [
            _chrom_unit(64, 25),
            f"Projected({', '.join(3 * [_chrom_unit(32, 20)])})",
            f"Collected({', '.join(3 * [_chrom_block(32, 15)])})",
            f"Projected({', '.join(3 * [_chrom_unit(64, 10)])})",
            *3 * [_chrom_block(64, 5)],
            _chrom_unit(64, 10),
            "conv 64x5 same, relu, all mean, dense 512, relu, norm, drop 0.1",
            "dense 128, relu, norm, drop 0.1",
            "dense 1",
        ]
    ),
    # As the description of an approximation has it: the layers are not published.
    "define_cnn": "Views(conv 128x24 same, relu, all max_mean), flat, dense 128, relu, drop 0.5, dense 2",
    "demo_dashboard:cnn": "conv 128x9, relu, max 2, drop 0.5, conv 128x5, relu, max 2, drop 0.5, conv 128x3, "
    "relu, drop 0.5, all max, dense 2",
    "demo_dashboard:rnn": "lstm 32, drop 0.5, all mean, dense 2",
    "demo_dashboard:cnn_rnn": "conv 128x9 same, relu, lstm 32, drop 0.5, all mean, dense 2",
    "vaishnav_cnn": "TwoStrands(conv 256x30 same, relu, conv 256x1, relu, conv 256x30 same, relu, "
    "conv 256x1, relu), conv 256x1, relu, conv 256x1, relu, flat, "
    + 2 * "dense 256, relu, drop 0.2, "
    + "dense 1",
    "vaishnav_transformer": "conv 256x30 same bare, norm, relu, "
    + 3 * "conv 128x30 same bare, norm, relu, "
    + 2 * "encoder 8, 8, drop 0.2, "
    + "shared drop 0.2, lstm 8, drop 0.2, flat, "
    + 2 * "dense 128, relu, drop 0.2, "
    + "dense 1",
}
_KERAS, _TORCH, _BASENJI = (1e-3, 0.01), (1e-5, 0.1), (1e-3, 0.1)
# Epsilon, and what a new batch counts in the running statistics, where there are batch norms.
NORMS = {
    **dict.fromkeys(("basset", "basset:current_code", "deepfun", "deeper_deepsea"), _TORCH),
    **dict.fromkeys(("basenji", "basenji2"), _BASENJI),
    **dict.fromkeys(("mpra_dragonn", "mpra_dragonn:deep_factorized", "speid", "speid:early"), _KERAS),
    **dict.fromkeys(("deepstarr", "chromtransfer", "zrimec2020", "vaishnav_transformer"), _KERAS),
}
