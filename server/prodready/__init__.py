"""prodready: a language server and command line that hardens Python code for production."""

__all__ = ["__version__"]

__version__ = "0.1.0"
