"""Measurements: what an operation costs the server, in CPU time. Run by scripts/bench, not by pytest."""
