"""`new-rule`: the two files of a new rule."""

from __future__ import annotations

import argparse


def command(call: argparse.Namespace) -> int:
    raise NotImplementedError
