"""What the fuzzer runs: one function for each target, and what a target is run by."""
