"""What nobody outside can know of ESIA for sure: each question, what speaks for which answer, and the setting that decides.

The defaults are those of `idp.settings.groups.Esia`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from idp.protocol.esia.fact import Fact, approximate, assumed, exact


class Question(NamedTuple):
    """What is asked, and how sure we are of the default."""

    text: str
    fact: Fact


SWITCHES: Final[Mapping[str, Question]] = MappingProxyType(
    {
        "issuer": Question(
            "`iss` of codes and tokens. EC has this one written in; the present test portal says http://esia-portal1.test.gosuslugi.ru/",
            exact("EC; EIG; CPRO#45; AIS changelog 1.6.0"),
        ),
        "public_addresses": Question("the addresses besides the issuer's own under which the stand is reached", assumed()),
        "code_seconds": Question("how long a code is good", approximate("AIS#45")),
        "access_token_seconds": Question("how long an access token is good", exact("EKA; GO; ILIM")),
        "id_token_seconds": Question("how long an ID token is good", exact("LEO; FIX1")),
        "skew_seconds": Question(
            "how far a timestamp may be from now, either way", assumed("OAM synchronises by the Date header")
        ),
        "refresh_texts": Question("what a refresh may be signed over: R1 (ILIM), R2 (AIS)", approximate("ILIM; AIS")),
        "sha256_hash": Question(
            "is client_certificate_hash taken by SHA-256, too", approximate("FR 3.x README; the others: Streebog")
        ),
        "rsa_on_v2": Question(
            "are raw RSA signatures taken on v2 and v3", assumed("МР speaks of GOST alone; for machines without it")
        ),
        "code_is_jwt": Question("is a code a signed JWT of more than a kilobyte", approximate("AIS#45")),
        "rotates_refresh": Question("is a refresh token good once", assumed("ILIM and AIS store the new one")),
        "replay_revokes": Question("does a second use of a code revoke its tokens", assumed()),
        "subject_is_text": Question("is `sub` of an ID token a text and no number", approximate("FIX1; INFO: number")),
        "expires_in_is_text": Question(
            "is `expires_in` a text and no number", approximate("ILIM; GO: number; AIS refresh: text")
        ),
        "st256_challenge": Question("is PKCE taken by St256 (Streebog-256), too", assumed("GO errors.go names no method")),
        "echoes_nonce": Question("does an ID token repeat the nonce", approximate("AIS changelog 1.5.0: no")),
        "has_discovery": Question("is there a discovery document", assumed("no trace of one")),
        "has_v2_token": Question("is there /aas/oauth2/v2/te", approximate("FR#59")),
        "error_page_status": Question("the status of a page that refuses a request", assumed("LEO comments: a page, no status")),
    }
)
