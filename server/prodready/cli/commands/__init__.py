"""The commands, one a module; each module holds its click command as `command`."""

from __future__ import annotations
