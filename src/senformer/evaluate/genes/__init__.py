"""Accuracy of expression at transcription starts: across genes, and across tracks."""
