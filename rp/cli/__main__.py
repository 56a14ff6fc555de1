"""`python -m rp.cli`."""

from rp.cli import main

main()
