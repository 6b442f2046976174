"""Sections of the report, one file each; a section says in a sentence that its input is missing."""
