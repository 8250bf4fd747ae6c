"""Rules that only tests have; see `serve_with_rules.py`."""
