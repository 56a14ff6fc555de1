"""What a client may know of a session without knowing it: has anything changed? (OpenID Connect Session Management 1.0)

The browser state is a keyed hash of the session's name. Scripts can read it, and it opens nothing; it stays while the same
person stays signed in, and is another after the next sign-in. Its cookie belongs to the frame of `check_session_iframe`.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from ground.chance import draw_token
from idp.realm import Realm

COOKIE = "state"


def browser_state(realm: Realm, sid: str) -> str:
    """The state of a browser in which this session lives."""
    key = realm.remember("browser state key", lambda: realm.secrets.derive("browser state"))
    return hmac.new(key, sid.encode("ascii"), hashlib.sha256).hexdigest()


def session_state(realm: Realm, *, client_id: str, redirect_uri: str, sid: str) -> str:
    """The `session_state` of an authorization response, bound to the client and the origin of its pages (3)."""
    salt = draw_token(realm.chance, "session state salt")
    return compute(client_id=client_id, origin=origin_of(redirect_uri), state=browser_state(realm, sid), salt=salt)


def compute(*, client_id: str, origin: str, state: str, salt: str) -> str:
    """The formula, as the script of the frame has it too (4.1): it must be the same to the byte."""
    return f"{hashlib.sha256(f'{client_id} {origin} {state} {salt}'.encode()).hexdigest()}.{salt}"


def origin_of(address: str) -> str:
    """The origin as a browser writes it in `event.origin`: lower case, without the port of the scheme."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    is_usual_port = parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme))
    return f"{parts.scheme}://{host}" + ("" if is_usual_port else f":{parts.port}")
