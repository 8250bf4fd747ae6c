"""Findings to edits: the only place that imports libcst, and only when a fix is planned."""
