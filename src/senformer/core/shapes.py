"""Names of axes, used in every shape annotation.

Types
-----
``batch base 4`` / ``batch 4 base``
    One-hot bases in A, C, G, T order.
``batch base``
    Codes: A, C, G, T, N = 0, 1, 2, 3, 4.
``batch bin channel``
    Activations from the tower on; ``batch position channel`` before it.
``batch head bin dim``
    Queries, keys and values.
``batch bin track``
    Targets and predictions.

Letters inside dense arithmetic
-------------------------------
B batch, L bases, N bins, C channels, H heads, D head width, T tracks, V variants.
"""

BASES = "ACGT"
N_CODE = 4
