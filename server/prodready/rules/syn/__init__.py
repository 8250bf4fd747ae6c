"""SYN: what CPython refuses."""
