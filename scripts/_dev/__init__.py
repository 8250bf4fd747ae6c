"""What dev.py is made of. Everything here is standard library only, except `generate`, which runs inside .venv."""
