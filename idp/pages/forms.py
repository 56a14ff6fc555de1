"""What a form brought."""

import base64

from flask import request


def given_fields() -> dict[str, str]:
    """The fields of the form of this request. A file that came with it is a field too, in base64."""
    files = {name: base64.b64encode(file.read()).decode("ascii") for name, file in request.files.items()}
    return request.form.to_dict() | files
