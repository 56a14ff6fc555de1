"""Is this token signed by the provider? The first question about every token, answered before its claims are read."""

from collections.abc import Collection, Mapping
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry

from rp.realm import Realm
from rp.trust.provider import Provider

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
"""What the provider may sign with. Neither `none` nor HS*: the latter would take our public knowledge for a secret."""
MAX_TOKEN_CHARACTERS = 16 * 1024
TEST_MARK = "propusk_test"
"""The claim by which the provider says that nobody signed in: its test API made the token."""


class _Registry(JWSRegistry):
    """The algorithms of the list, and no word about their age: RFC 9864 renames EdDSA, but providers still say it."""

    def get_alg(self, name: str) -> Any:
        if not self.allowed or name not in self.allowed or name not in self.algorithms:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


class SignatureRefused(Exception):
    """The token is not a compact JWS of the provider; the text names the reason."""


def verify_signature(
    realm: Realm, token: object, *, allowed: Collection[str] = ALGORITHMS
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token that the provider signed. Raises SignatureRefused or ProviderUnavailable.

    The algorithm must be on our list, and on the provider's, and fit the key; `kid` is required, so that no key is guessed.
    """
    if not isinstance(token, str) or len(token) > MAX_TOKEN_CHARACTERS or not token.isascii():
        raise SignatureRefused("not a compact token of a sensible size")
    unverified_header = _read_header(token)
    algorithm, kid = unverified_header.get("alg"), unverified_header.get("kid")
    usable = [name for name in ALGORITHMS if name in allowed]
    if algorithm not in usable:
        raise SignatureRefused("the algorithm is not allowed")
    if not isinstance(kid, str):
        raise SignatureRefused("kid is missing")
    key = realm.room(Provider).key(kid)
    if key is None:
        raise SignatureRefused("kid is unknown")
    _check_key_fits(key, str(algorithm))
    try:
        # Header members we do not know are ignored (RFC 7515, 4), those in `crit` are not.
        verified = jwt.decode(token, key, algorithms=usable, registry=_Registry(algorithms=usable, strict_check_header=False))
    except JoseError as error:
        raise SignatureRefused(f"the signature does not verify ({error.error})") from error
    except (ValueError, TypeError) as error:  # TypeError: `crit` is no list of names, which joserfc takes for granted
        raise SignatureRefused("the token is malformed") from error
    check_mark(verified.claims, is_test=realm.settings.is_test)
    return dict(verified.header), dict(verified.claims)


def check_mark(claims: Mapping[str, Any], *, is_test: bool) -> None:
    """A token that a test API made stands for nobody, except on a test stand. Raises SignatureRefused.

    A provider that was a test stand yesterday has the same keys today.
    """
    if TEST_MARK in claims and not is_test:
        raise SignatureRefused("the token was made by a test API")


def _read_header(token: str) -> dict[str, Any]:
    try:
        return dict(jws.extract_compact(token.encode("ascii")).headers())
    except (JoseError, ValueError, AttributeError, TypeError) as error:
        raise SignatureRefused("not a compact JWS") from error


def _check_key_fits(key: Key, algorithm: str) -> None:
    """A key that names its algorithm is used with that one only (RFC 7517, 4.4)."""
    named = key.get("alg")
    if named is not None and named != algorithm:
        raise SignatureRefused("the key is for another algorithm")
