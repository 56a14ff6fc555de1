"""client_id, redirect_uri, scope and the words of a request."""

import base64
import binascii
import difflib
import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote, unquote_plus, urlsplit

import orjson

from idp.esia.diagnosis.case import Case
from idp.esia.diagnosis.kind import Found, found
from idp.esia.diagnosis.kinds import parameters as kinds
from idp.esia.diagnosis.kinds import scopes as of_scopes
from idp.protocol.esia.authorization import BETWEEN_ROLES, OBJECT_TYPES, PERSON_FILTERS, ROLES, Switches, judge
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.redirect import is_of_registered_domain
from idp.protocol.esia.scopes import NAMES, ORGANISATION_NAMES, PRM_CHG, SCOPES
from idp.protocol.vocabulary import MAX_PARAMETER_LENGTH, MAX_STATE_LENGTH

NEAR = 0.7
GRANTS = ("authorization_code", "refresh_token", "client_credentials")
ORGANISATION = re.compile(r"(?:https?://[a-z0-9.-]+/)?(org_[a-z_]+)(?:\?org_oid=(\d*))?")
OTHER_SEPARATORS = re.compile(r"[,;|\t\n\r]|\+| {2,}")


def check_client(case: Case) -> Iterator[Found]:
    """Is there such a system, and does it speak this dialect?"""
    name = case.parameters.get("client_id", "")
    if case.client is not None or not name:
        if case.client is not None and case.client.dialect != "esia":
            yield found(kinds.CLIENT_OF_OPENID, received=name, expected="/oauth2/authorize, /oauth2/token")
        return
    systems = [each for each, dialect in case.clients.items() if dialect == "esia"]
    folded = {each.lower(): each for each in systems}
    if case.is_disabled:
        yield found(kinds.CLIENT_DISABLED, received=name, expected=", ".join(systems[:5]))
    elif name.strip() in case.clients:
        yield found(kinds.CLIENT_BLANKS, received=repr(name), expected=name.strip())
    elif name.lower() in folded:
        yield found(kinds.CLIENT_CASE, received=name, expected=folded[name.lower()])
    elif near := difflib.get_close_matches(name, systems, n=1, cutoff=NEAR):
        yield found(kinds.CLIENT_NEAR, received=name, expected=near[0])
    else:
        yield found(kinds.CLIENT_UNKNOWN, received=name, expected=", ".join(systems[:5]) or "—")


def check_redirect(case: Case) -> Iterator[Found]:
    """Scheme, host and port as registered; the path is the system's own matter."""
    uri = case.parameters.get("redirect_uri", "")
    if case.client is None or not uri or case.endpoint is None or case.endpoint.call != "authorization":
        return
    registered = case.client.redirect_uris
    first = registered[0] if registered else "—"
    if is_of_registered_domain(uri, registered, application_type=case.client.application_type):
        return
    if "%3A%2F%2F" in uri.upper() or "%2F" in uri.upper()[:12]:
        yield found(kinds.REDIRECT_ENCODED_TWICE, received=uri, expected=unquote(uri))
    elif _origin(uri) is None or _origin(uri) in {_origin(each) for each in registered}:
        yield found(kinds.REDIRECT_MALFORMED, received=uri, expected=first)
    else:
        host = urlsplit(uri).hostname
        same_host = [each for each in registered if urlsplit(each).hostname == host]
        nearest = same_host[0] if same_host else (difflib.get_close_matches(uri, registered, n=1, cutoff=0.0) or [first])[0]
        if not same_host:
            kind = kinds.REDIRECT_HOST
        else:
            kind = kinds.REDIRECT_SCHEME if urlsplit(nearest).scheme != urlsplit(uri).scheme else kinds.REDIRECT_PORT
        yield found(kind, received=uri, expected=nearest)


def _origin(uri: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return None
    return parts.scheme.lower(), parts.hostname, port or (443 if parts.scheme.lower() == "https" else 80)


def check_scope(case: Case) -> Iterator[Found]:
    """Every scope there is, as it is written, and granted to the system."""
    client, parameters = case.client, case.parameters
    text = parameters.get("scope", "")
    if client is None or not text.strip():
        return
    own = [name for name in NAMES if name in client.scopes]
    is_own = parameters.get("grant_type") == "client_credentials"
    if case.endpoint is None or (case.endpoint.call == "token" and not is_own):
        return  # what is granted stands in the code
    if "%20" in text or (text.count("+") and " " not in text):
        yield found(of_scopes.SCOPE_ENCODED_TWICE, received=text, expected=unquote_plus(text))
        return
    separator = OTHER_SEPARATORS.search(text)
    if (separator and separator[0].strip(" ")) or (separator and separator[0] in "\t\n\r"):
        yield found(
            of_scopes.SCOPE_COMMA,
            received=text,
            expected=" ".join(re.split(r"[\s,;|+]+", text.strip())),
            separator=separator[0].encode("unicode_escape").decode(),
        )
        return
    for name in dict.fromkeys(text.split()):
        yield from _check_name(case, name, own, is_own=is_own)
    for name in dict.fromkeys(parameters.get("scope_org", "").split()):
        yield from _check_organisation(case, name)
    if parameters.get("permissions") and text.split() != ["openid"]:
        yield found(of_scopes.PERMISSIONS_SCOPE, received=text, expected="openid")


def _check_name(case: Case, name: str, own: Sequence[str], *, is_own: bool) -> Iterator[Found]:
    client = case.client
    assert client is not None
    organisation = ORGANISATION.fullmatch(name)
    bare = organisation[1] if organisation else name.partition("?")[0]
    values = {"received": name, "unknown": name, "client": client.client_id}
    if bare == "usr_inf":
        yield found(of_scopes.SCOPE_WITHDRAWN, **values, expected=" ".join(own[:8]))
    elif organisation and bare in ORGANISATION_NAMES and not organisation[2]:
        yield found(of_scopes.SCOPE_ORGANISATION_BARE, **values, expected=f"http://esia.gosuslugi.ru/{bare}?org_oid=1000000042")
    elif bare not in SCOPES:
        if bare.lower() in SCOPES:
            yield found(of_scopes.SCOPE_CASE, **values, nearest=bare.lower(), expected=bare.lower())
        elif near := difflib.get_close_matches(bare.lower(), NAMES, n=1, cutoff=NEAR):
            yield found(of_scopes.SCOPE_TYPO, **values, nearest=near[0], expected=near[0])
        else:
            yield found(of_scopes.SCOPE_UNKNOWN, **values, expected=" ".join(own[:8]))
    elif is_own and bare not in ORGANISATION_NAMES and (bare != PRM_CHG or "?oid=" not in name):
        yield found(of_scopes.SCOPE_OF_PERSON, **values, expected="http://esia.gosuslugi.ru/org_ogrn?org_oid=1000000042")
    elif bare not in client.scopes:
        yield found(of_scopes.SCOPE_NOT_GRANTED, **values, expected=" ".join(own))
    elif is_own and organisation and organisation[2] and int(organisation[2]) not in case.organisations:
        numbers = ", ".join(str(each) for each in sorted(case.organisations)[:5]) or "—"
        yield found(of_scopes.SCOPE_ORGANISATION_UNKNOWN, **{**values, "unknown": organisation[2]}, expected=numbers)


def _check_organisation(case: Case, name: str) -> Iterator[Found]:
    client = case.client
    assert client is not None
    match = ORGANISATION.fullmatch(name)
    if match is None or match[1] not in ORGANISATION_NAMES:
        near = difflib.get_close_matches(name, sorted(ORGANISATION_NAMES), n=1, cutoff=NEAR)
        kind = of_scopes.SCOPE_TYPO if near else of_scopes.SCOPE_UNKNOWN
        expected = near[0] if near else " ".join(sorted(ORGANISATION_NAMES))
        yield found(kind, field="scope_org", received=name, expected=expected, unknown=name, nearest=expected)
    elif match[1] not in client.scopes:
        yield found(
            of_scopes.SCOPE_NOT_GRANTED,
            field="scope_org",
            received=name,
            expected=" ".join(sorted(ORGANISATION_NAMES & client.scopes)),
            unknown=name,
            client=client.client_id,
        )


def check_words(case: Case) -> Iterator[Found]:
    """The parameters that are one word of a few."""
    endpoint, sent = case.endpoint, case.parameters
    if endpoint is None:
        return
    if endpoint.call == "authorization":
        if sent.get("response_type", "code") not in ("code", ""):
            yield found(kinds.RESPONSE_TYPE, received=sent["response_type"], expected="code")
        if (sent.get("access_type") or "online") not in ("online", "offline"):
            yield found(kinds.ACCESS_TYPE, received=sent["access_type"], expected="online / offline")
        if endpoint.version == "v2":
            yield from _check_v2_words(case)
        return
    grant = sent.get("grant_type", "")
    if grant and grant not in GRANTS:
        yield found(kinds.GRANT_TYPE, received=grant, expected=", ".join(GRANTS))
    elif grant and case.client is not None and grant not in case.client.grant_types and grant != "authorization_code":
        yield found(kinds.GRANT_NOT_ALLOWED, received=grant, expected=", ".join(case.client.grant_types))


def check_lengths(case: Case) -> Iterator[Found]:
    if case.endpoint is None or case.endpoint.call != "authorization":
        return
    for name, value in case.parameters.items():
        most = MAX_STATE_LENGTH if name == "state" else MAX_PARAMETER_LENGTH
        if name != "client_secret" and len(value) > most:
            yield found(kinds.TOO_LONG, field=name, received=f"{value[:60]}…", expected=f"≤ {most}", length=len(value), most=most)


def check_rules(case: Case) -> Iterator[Found]:
    """The law itself, for whatever no other check names."""
    endpoint, client = case.endpoint, case.client
    if endpoint is None or client is None or endpoint.call != "authorization":
        return
    switches = Switches(takes_st256=case.settings.st256_challenge, echoes_nonce=case.settings.echoes_nonce)
    try:
        judge(case.parameters, client, version=endpoint.version, switches=switches)
    except EsiaRefused as refusal:
        of_consent = "permissions" if refusal.number.startswith("0367") else ""
        field = of_consent or next(
            (name for name in case.parameters if refusal.cause.startswith(name) or f" {name}" in refusal.cause), ""
        )
        values = {"received": case.parameters.get(field, "")[:200], "number": refusal.number, "detail": refusal.cause}
        yield found(kinds.RULE_BROKEN, field=field, **values, expected="—")


def _check_v2_words(case: Case) -> Iterator[Found]:
    sent = case.parameters
    wanted = sent.get("person_filter", "")
    if wanted and _decoded(wanted).strip() not in PERSON_FILTERS:
        expected = base64.b64encode(b"conf_acc").decode()
        yield found(kinds.PERSON_FILTER, received=wanted, expected=expected)
    permissions = sent.get("permissions", "")
    if permissions and not _is_array(permissions):
        yield found(kinds.PERMISSIONS_UNREADABLE, received=permissions[:100], expected='base64url([{"sysname":…}])')
    roles = [name for name in BETWEEN_ROLES.split(sent.get("roles", "")) if name]
    if any(name not in ROLES for name in roles):
        yield found(kinds.ROLES, received=sent["roles"], expected=", ".join(ROLES))
    if (sent.get("obj_type") or "P") not in OBJECT_TYPES:
        yield found(kinds.OBJ_TYPE, received=sent["obj_type"], expected=" / ".join(OBJECT_TYPES))
    methods = ("S256", "St256") if case.settings.st256_challenge else ("S256",)
    challenge, method = sent.get("code_challenge", ""), sent.get("code_challenge_method", "")
    if method and not challenge:
        yield found(kinds.CHALLENGE_MISSING, received="—", expected="43")
    elif method and method not in methods:
        yield found(kinds.CHALLENGE_METHOD, received=method, expected=" / ".join(methods))
    elif challenge and not re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge):
        yield found(kinds.CHALLENGE_FORM, received=challenge, expected="[A-Za-z0-9_-]{43}", length=len(challenge))


def _decoded(text: str) -> str:
    try:
        plain = text.replace("-", "+").replace("_", "/").rstrip("=")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _is_array(text: str) -> bool:
    try:
        return isinstance(orjson.loads(_decoded(text)), list)
    except orjson.JSONDecodeError:
        return False
