"""The signature as it came: from the script of the page, as a file, or pasted as text."""

import base64
import binascii
from collections.abc import Mapping

FILE, PASTED, MADE_HERE = "signature_file", "pasted", "signature"


def received(form: Mapping[str, str]) -> bytes | None:
    """The signature of a form; None where nothing was given. What it is worth is judged elsewhere.

    A file is a field in base64: the page hands files on like this.
    """
    for name in (MADE_HERE, PASTED):
        if text := form.get(name, "").strip():
            return text.encode()
    try:
        return base64.b64decode(form.get(FILE, ""), validate=True) or None
    except binascii.Error:
        return None
