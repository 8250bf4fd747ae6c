"""What all tests need: Hypothesis profiles, and Ctrl-C as it is at a terminal.

Hypothesis tries the same examples on every run, or, with PRODREADY_HYPOTHESIS=long, many new ones.
"""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

settings.register_profile("ci", derandomize=True, deadline=None, database=None, max_examples=100)
settings.register_profile(
    "long", deadline=None, max_examples=3000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("PRODREADY_HYPOTHESIS", "ci"))

# Started in the background of a shell that does not control jobs, a process ignores SIGINT, and so would the programs
# that the tests start: they could not be interrupted.
signal.signal(signal.SIGINT, signal.default_int_handler)
