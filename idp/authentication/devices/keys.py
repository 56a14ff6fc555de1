"""The keys of devices: which we take, and how an answer is signed with one (ES256, RFC 7518, 3.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
TYPE = "device-answer+jws"
"""The `typ` of an answer: nothing else that this key may sign one day is taken for one (RFC 8725, 3.11)."""
MAX_ANSWER_LENGTH = 1024


class KeyRefused(Exception):
    """This is not the public half of a P-256 key."""


class SignatureWrong(Exception):
    """What came is not an answer that this key has signed."""


@dataclass(frozen=True)
class SignedAnswer:
    """What a device says: to which request, yes or no, and the number that its owner has pressed, where one is asked for."""

    request_id: str
    is_approved: bool
    number: int | None


def public_half(given: Any) -> dict[str, str]:
    """The public key that a JWK holds, and nothing else of it. Raises KeyRefused, for a private one too."""
    if not isinstance(given, Mapping) or given.get("kty") != "EC" or given.get("crv") != "P-256" or "d" in given:
        raise KeyRefused
    members = {name: given.get(name) for name in ("kty", "crv", "x", "y")}
    if not all(isinstance(value, str) and len(value) <= 64 for value in members.values()):
        raise KeyRefused
    try:
        key = ECKey.import_key({name: str(value) for name, value in members.items()})
        _ = key.raw_value  # the point is looked at here: one beside the curve raises
    except (JoseError, ValueError):
        raise KeyRefused from None
    return {name: str(value) for name, value in members.items()}


def sign_answer(private: ECKey, answer: SignedAnswer) -> str:
    """An answer as an application sends it: a compact JWS (RFC 7515, 3.1)."""
    said: dict[str, Any] = {"request": answer.request_id, "decision": "approve" if answer.is_approved else "deny"}
    if answer.number is not None:
        said["number"] = answer.number
    return jws.serialize_compact({"alg": ALGORITHM, "typ": TYPE}, orjson.dumps(said), private, algorithms=[ALGORITHM])


def read_answer(public: Mapping[str, Any], text: str) -> SignedAnswer:
    """What a device says, if its key has signed it. Raises SignatureWrong."""
    if len(text) > MAX_ANSWER_LENGTH:
        raise SignatureWrong
    try:
        signed = jws.deserialize_compact(text, ECKey.import_key(dict(public)), algorithms=[ALGORITHM])
        said = orjson.loads(signed.payload)
    except (JoseError, ValueError, TypeError):
        raise SignatureWrong from None
    if signed.protected.get("typ") != TYPE or not isinstance(said, dict) or said.get("decision") not in ("approve", "deny"):
        raise SignatureWrong
    request_id, number = said.get("request"), said.get("number")
    if not isinstance(request_id, str) or "\0" in request_id or not (number is None or type(number) is int):
        raise SignatureWrong
    return SignedAnswer(request_id, said["decision"] == "approve", number)
