"""What the one-word commands of `scripts/` share: the environment, the children, the addresses, what is said.

Standard library only, because it runs before there is an environment. A script is a door of five lines; the work of
`scripts/start` is in `workshop.start`, and so on. `python_version` alone has to run on any Python.
"""
