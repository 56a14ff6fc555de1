"""The number on the person's badge. An example to copy: see docs/methods.md."""
