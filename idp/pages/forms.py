"""What a form or an address brought."""

import base64

from flask import request

LARGEST_NUMBER = 2**62
"""Smaller than what a column holds."""


def given_fields() -> dict[str, str]:
    """The fields of the form of this request. A file that came with it is a field too, in base64."""
    files = {name: base64.b64encode(file.read()).decode("ascii") for name, file in request.files.items()}
    return request.form.to_dict() | files


def number_asked(name: str) -> int | None:
    """A number of the query; None where there is none."""
    text = request.args.get(name, "")
    return min(int(text), LARGEST_NUMBER) if text.isascii() and text.isdecimal() and len(text) < 20 else None
