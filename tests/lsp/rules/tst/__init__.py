"""A family of rules that only tests have."""
