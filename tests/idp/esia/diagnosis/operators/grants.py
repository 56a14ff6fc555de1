"""Mistakes with codes, refresh tokens and PKCE, and refusals that only the answer tells."""

import hashlib
import json
import string
from collections.abc import Callable
from dataclasses import replace

from idp.requests.exchange import Exchange
from tests.idp.esia.diagnosis.operators.base import add, authorization, operator, with_code, with_refresh
from tests.idp.esia.diagnosis.operators.secrets import b64
from tests.idp.esia.diagnosis.world import AT, CODE, Request
from tests.idp.stand import CALLBACK


def coded(name: str, field: str, kind: str, change: Callable[[Request], None]) -> None:
    def spoil(request: Request) -> Exchange:
        change(request)
        return request.exchange()

    add(name, field, kind, spoil, with_code)


def known_code(**terms: object) -> Callable[[Request], None]:
    def change(request: Request) -> None:
        assert request.code is not None
        request.code = replace(request.code, **terms)  # type: ignore[arg-type]

    return change


coded("code_used", "code", "code_used", known_code(is_redeemed=True))
coded("code_expired", "code", "code_expired", known_code(expires_at=AT - 10))
coded("code_of_other", "code", "code_of_other_client", known_code(client_id="OTHERIS"))
coded("code_revoked", "code", "code_revoked", known_code(is_revoked=True))
coded("code_redirect", "redirect_uri", "code_redirect_differs", known_code(redirect_uri="https://rp.test/other"))


def code_as(name: str, kind: str, make: Callable[[Request], str]) -> None:
    def spoil(request: Request) -> Exchange:
        request.code = None
        return request.exchange(request.resigned(code=make(request)))

    add(name, "code", kind, spoil, with_code)


def jwt(sbt: str) -> str:
    return f"{b64(json.dumps({'alg': 'RS256', 'sbt': sbt}).encode())}.{b64(b'{}')}.{b64(b'signature')}"


code_as("code_cut", "code_cut", lambda request: CODE[: request.chance.choice([255, 500])])
code_as("code_spoilt", "code_spoilt", lambda _: CODE[:-1] + "_")
code_as("code_unknown", "code_unknown", lambda request: "".join(request.chance.choices(string.ascii_letters, k=40)))
code_as("code_is_token", "code_is_token", lambda request: jwt(request.chance.choice(["access", "id"])))


def verified(name: str, kind: str, challenge_of: Callable[[str], str | None], *, sends: bool = True) -> None:
    def spoil(request: Request) -> Exchange:
        verifier = "".join(request.chance.choices(string.ascii_letters + string.digits, k=64))
        assert request.code is not None
        request.code = replace(request.code, code_challenge=challenge_of(verifier))
        return request.exchange({**request.parameters, **({"code_verifier": verifier} if sends else {})})

    add(name, "code_verifier", kind, spoil, lambda request: request.call == "v3 code")


def s256(verifier: str) -> str:
    return b64(hashlib.sha256(verifier.encode()).digest())


verified("verifier_alone", "verifier_without_challenge", lambda _: None)
verified("verifier_missing", "verifier_missing", s256, sends=False)
verified("verifier_plain", "verifier_plain", lambda verifier: verifier)
verified("verifier_hex", "verifier_other_digest", lambda verifier: b64(hashlib.sha256(verifier.encode()).hexdigest().encode()))
verified("verifier_other", "verifier_wrong", lambda verifier: s256(verifier + "x"))


def refreshed(name: str, kind: str, **terms: object) -> None:
    def spoil(request: Request) -> Exchange:
        assert request.refresh is not None
        request.refresh = replace(request.refresh, **terms) if terms else None  # type: ignore[arg-type]
        return request.exchange()

    add(name, "refresh_token", kind, spoil, with_refresh)


refreshed("refresh_used", "refresh_used", is_rotated=True)
refreshed("refresh_expired", "refresh_expired", expires_at=AT - 60)
refreshed("refresh_of_other", "refresh_of_other_client", client_id="OTHERIS")
refreshed("refresh_revoked", "refresh_revoked", is_revoked=True)
refreshed("refresh_unknown", "refresh_unknown")


@operator("refresh_token", "refresh_is_jwt", fits=with_refresh)
def refresh_is_jwt(request: Request) -> Exchange:
    request.refresh = None
    return request.exchange(request.resigned(refresh_token=jwt("access")))


def told(kind: str, field: str, number: str) -> None:
    location = ("location", f"{CALLBACK}?error=access_denied&error_description=ESIA-{number}%3A+x&state=y")
    add(f"told_{kind}", field, kind, lambda request: request.exchange(status=302, answer_headers=(location,)), authorization)


told("person_refused", "consent", "007004")
told("person_not_confirmed", "person_filter", "007055")
told("person_not_employee", "scope_org", "007194")
told("person_no_second_factor", "scope", "007046")
told("person_other_role", "roles", "007062")
told("our_fault", "answer", "007007")
told("overloaded", "answer", "007008")
