"""Drives esia-connector 0.16 as it was published: lines of JSON come in and go out, of which each names one call of the library.

Runs in an environment of its own (tests/python_packages.py) and knows nothing of ours.
"""

import json
import sys

from esia_connector.client import EsiaAuth, EsiaSettings
from esia_connector.exceptions import EsiaError


def answer(auth, said):
    """What the library gives for one line, or the error that it raises."""
    if said["call"] == "get_auth_url":
        return {"url": auth.get_auth_url(state=said["state"])}
    try:
        connector = auth.complete_authorization(said["code"], said["state"])
        return {
            "oid": connector.oid,
            "person": connector.get_person_main_info(),
            "person_by_schema": connector.get_person_main_info(said["schema"]),
            "contacts": connector.get_person_contacts(),
            "addresses": connector.get_person_addresses(),
            "documents": connector.get_person_documents(),
        }
    except EsiaError as error:
        return {"error": type(error).__name__, "cause": type(error.args[0]).__name__, "text": str(error)}


if __name__ == "__main__":
    library = EsiaAuth(EsiaSettings(**json.loads(sys.argv[1])))
    for line in sys.stdin:
        print(json.dumps(answer(library, json.loads(line))), flush=True)
