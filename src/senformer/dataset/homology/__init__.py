"""Homology between stretches of genomes: find it, keep it inside one fold, and measure what leaks.

Links come from alignments or from sketches of the sequence; contigs that they join become components,
components become folds, and the auditor counts the bases whose like is in another split.
"""
