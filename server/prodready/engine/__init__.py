"""Text in, findings out: pure, without input or output, without pygls and libcst."""
