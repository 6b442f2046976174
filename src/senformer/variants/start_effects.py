"""ExPecto's effect of a variant on a transcription start: windows of its bank about the variant.

A whole prediction, which ``score`` makes, has its bins about the start, and ten of them see a base.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64, UInt8

from senformer.core.errors import ConfigError, DataError
from senformer.core.wording import counted
from senformer.genome.fasta import FastaReader
from senformer.genome.sequence import decode, encode
from senformer.genome.variant import Variant
from senformer.model.blocks.dense import Dense
from senformer.model.blocks.exp_basis import exp_weights
from senformer.model.modes import evaluating
from senformer.model.stem import as_bases
from senformer.variants.alleles import read_padded

STRANDS = {"+": 1, "-": -1}


def start_effects(
    model: Any,
    genome: FastaReader,
    variants: Sequence[Variant],
    starts: Sequence[int],
    strands: Sequence[str],
    *,
    max_shift_bp: int = 800,
) -> Float64[np.ndarray, "variant track"]:
    """Return what substitutions do to the predictions of transcription starts, as ExPecto's paper does.

    Of each variant the bank reads both alleles in windows that are shifted by -800, -600, ..., 800 bp, and
    both strands of each. The differences, weighed by how far each window lies from the start, are what the
    line of a track is applied to.

    Parameters
    ----------
    model
        An ``expecto``.
    genome
        Where the windows are cut; N beyond its ends.
    variants
        Substitutions of one base, or of several, whose first is in the middle of the window.
    starts, strands
        First base of the transcript that is asked about, 0-based, and its strand, of each variant.
    max_shift_bp
        The largest shift, a whole number of the bank's steps.

    Returns
    -------
    ALT - REF of each track, in the unit of its values: of the published lines, the change of ln(RPKM).

    Raises
    ------
    ConfigError
        The model is another, or the shift no whole number of steps (E776).
    DataError
        An insertion or deletion, a strand that is none, or not one start a variant (E780); a REF that is not
        what the genome has (E221).

    References
    ----------
    .. [1] Zhou et al. 2018, doi:10.1038/s41588-018-0160-6.
    """
    heads = list(model.heads.values()) if hasattr(model, "bin_features") else []
    head = heads[0] if len(heads) == 1 else None
    if not isinstance(head, Dense) or model.config.activation != "linear":
        raise ConfigError("E776", "model", f"is {model.name}, not one head of lines", "Give an expecto.")
    if max_shift_bp < 0 or max_shift_bp % model.bank.step_bp:
        found = f"is {max_shift_bp} bp, no whole number of steps of {model.bank.step_bp} bp"
        raise ConfigError("E776", "max_shift_bp", found, "Give 800, as the paper has it.")
    if not len(variants) == len(starts) == len(strands):
        counts = f"{len(starts)} starts and {len(strands)} strands of {counted(len(variants), 'variant')}"
        raise DataError("E780", "start_effects", f"there are {counts}", "Give one each.")
    with evaluating(model), torch.no_grad():
        gathered = [
            _gathered(model, genome, variant, start, strand, max_shift_bp)
            for variant, start, strand in zip(variants, starts, strands, strict=True)
        ]
    lines = head.weight.detach().cpu().numpy().astype(np.float64)
    return np.array(gathered).reshape(-1, lines.shape[1]) @ lines.T


def _gathered(
    model: Any, genome: FastaReader, variant: Variant, start: int, strand: str, max_shift_bp: int
) -> Float64[np.ndarray, " wide"]:
    """Return the difference, ALT - REF, of what the lines read."""
    if strand not in STRANDS:
        raise DataError("E780", variant.key, f"the strand of its start is {strand!r}", "Give + or -.")
    bank, config = model.bank, model.config
    codes = _alleles(genome, variant, bank.window_bp, max_shift_bp)
    windows = bank.windows(as_bases(torch.from_numpy(codes).to(model.like.device), model.like.dtype))
    features = model.bin_features(windows.flatten(0, 1)).double().cpu().numpy()
    ref, alt = features.reshape(2, windows.shape[1], -1)
    shifts = np.arange(-max_shift_bp, max_shift_bp + 1, bank.step_bp)
    distances = (variant.change.start - start + shifts) * STRANDS[strand]
    weights = exp_weights(distances.astype(np.float64), bank.step_bp, config.rates, sides=config.sides)
    return np.ravel(weights @ (alt - ref))


def _alleles(
    genome: FastaReader, variant: Variant, window_bp: int, max_shift_bp: int
) -> UInt8[np.ndarray, "allele base"]:
    """Return REF and ALT with what all windows hold; of an even window the middle is the base left of it."""
    change = variant.change
    if change.gain_bp:
        found = f"is an insertion or deletion of {counted(abs(change.gain_bp), 'base')}"
        raise DataError("E780", variant.key, found, "Give substitutions, or score it (senformer score).")
    before = (window_bp - 1) // 2 + max_shift_bp
    first = change.start - before
    there, _ = read_padded(variant.chrom, first, first + window_bp + 2 * max_shift_bp, genome)
    stretch = slice(before, before + len(change.old))
    if not np.array_equal(there[stretch], encode(change.old)[: len(there) - before]):
        found = f"the genome has {decode(there[stretch])} there, and not {change.old}"
        raise DataError("E221", variant.key, found, "Check the assembly.")
    other = there.copy()
    other[stretch] = encode(change.new)[: len(there) - before]
    return np.stack([other, there] if variant.is_swapped else [there, other])
