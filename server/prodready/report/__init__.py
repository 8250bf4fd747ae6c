"""What was found, as text for people and as JSON for programs. Nothing here analyses or reads files."""

from __future__ import annotations
