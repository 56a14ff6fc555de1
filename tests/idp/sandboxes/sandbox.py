"""One sandbox as its test sees it: a client that signs people in at an issuer of its own."""

from dataclasses import dataclass
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jwt import Token

from ground.chance import SystemChance
from ground.clock import FixedClock
from idp.realm import Realm
from idp.sandboxes import making
from tests.browser import Browser
from tests.idp.stand import CALLBACK, Stand, answer_of

MACHINE = FixedClock(Stand.START)
REDIRECT = {"redirect_uri": CALLBACK}


@dataclass
class Sandbox:
    """A sandbox of a stand, and the client that was registered at it last."""

    stand: Stand
    id: str
    issuer: str
    client_id: str = ""
    client_secret: str = ""

    @classmethod
    def make(cls, stand: Stand, **wishes: object) -> "Sandbox":
        """A sandbox with a client, made as the control plane makes one."""
        algorithm = wishes.pop("algorithm", "RS256")
        values: dict[str, object] = {"machine": MACHINE, "chance": SystemChance(), "lives_for": 600}
        made = making.make(stand.realm, **(values | wishes))  # type: ignore[arg-type]
        sandbox = cls(stand, made.id, f"{stand.issuer}/t/{made.id}")
        sandbox.register(id_token_signed_response_alg=algorithm)
        return sandbox

    def register(self, **terms: object) -> None:
        """Register a client as a program does."""
        answer = self.stand.http().post(
            f"{self.issuer}/oauth2/register",
            json={
                "client_name": "Учебная поликлиника",
                "redirect_uris": [CALLBACK],
                "post_logout_redirect_uris": ["http://localhost:9999/signed-out"],
                "grant_types": ["authorization_code", "refresh_token"],
                **terms,
            },
        )
        assert answer.status_code == 201, answer.text
        self.client_id, self.client_secret = answer.json()["client_id"], answer.json()["client_secret"]

    @property
    def realm(self) -> Realm:
        """What stands behind the address now."""
        realm = self.stand.opened.find(self.id)
        assert realm is not None
        return realm

    def authorize_url(self, **parameters: str) -> str:
        values = {"response_type": "code", "client_id": self.client_id, "scope": "openid profile", "state": "the state"}
        return f"{self.issuer}/oauth2/authorize?" + urlencode(values | REDIRECT | parameters)

    def sign_in(self, browser: Browser | None = None, **parameters: str) -> dict[str, str]:
        """The answer to a sign-in of Vera by pages, with a code from the SMS where one is asked for."""
        browser = (browser or self.stand.browser()).open(self.authorize_url(**parameters))
        if "sign-in" in browser.forms():
            browser.submit("sign-in", "submit", login="vera@example.test", password="romashka-17")
        if "code-form" in browser.forms():
            browser.submit("code-form", "submit", code=self.last_code())
        if "consent" in browser.forms():
            browser.submit("consent", "allow")
        return answer_of(browser)

    def last_code(self) -> str:
        """The six digits of the newest SMS."""
        with self.realm.database.read() as connection:
            text = self.realm.outbox.messages(connection)[-1].text
        return next(word.strip(".") for word in text.split() if word.strip(".").isdecimal() and len(word.strip(".")) == 6)

    def redeem(self, code: str) -> dict[str, str]:
        answer = self.stand.http().post(
            f"{self.issuer}/oauth2/token",
            data={"grant_type": "authorization_code", "code": code} | REDIRECT,
            auth=(self.client_id, self.client_secret),
        )
        assert answer.status_code == 200, answer.text
        return {name: str(value) for name, value in answer.json().items()}

    def verified(self, token: str) -> Token:
        """A token as joserfc sees it with the keys that this issuer publishes."""
        keys = KeySet.import_key_set(self.stand.http().get(f"{self.issuer}/oauth2/jwks").json())
        return jwt.decode(token, keys, algorithms=["RS256", "ES256"])
