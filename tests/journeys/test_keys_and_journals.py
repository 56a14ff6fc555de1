"""What lasts while people come and go: keys that rotate, journals that stay whole."""

import base64
import json

from idp.keyring.rotation import make_new_keys
from rp.trust.provider import UNKNOWN_KEY_PAUSE_SECONDS
from tests.house import CABINET, MAYA, PYOTR, VERA, House


def _kid(token: object) -> str:
    head = str(token).partition(".")[0]
    kid: str = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
    return kid


def _rotate(house: House) -> None:
    """As `propusk keys --rotate` does; the provider looks at its folder again without a restart."""
    make_new_keys(house.stand.settings.keys_folder / "signing", now=house.clock.now())
    ring = house.stand.realm._memory["keyring"]
    ring._looked_at = float("-inf")  # a second of the machine's clock, which a test does not wait for


def test_c04_key_rotation_of_the_provider_is_followed_while_the_registry_runs(house: House) -> None:
    house.sign_in(VERA)
    before = house.session_tokens()
    house.clock.advance(int(UNKNOWN_KEY_PAUSE_SECONDS) + 1)
    _rotate(house)

    browser = house.sign_in(PYOTR)
    assert browser.url == CABINET
    after = house.session_tokens()
    assert _kid(after["id_token"]) != _kid(before["id_token"])
    assert _kid(after["access_token"]) != _kid(before["access_token"])
    assert house.ask_api(str(after["access_token"])).status_code == 200
    assert house.ask_api(str(before["access_token"])).status_code == 200, "a token of the old key lives its ten minutes"


def test_c04_tokens_of_another_provider_with_the_same_name_are_refused(house: House) -> None:
    """Same issuer, same claims, another key: what somebody could make who owns the name but not the keys."""
    house.sign_in(VERA)
    token = str(house.session_tokens()["access_token"])
    for key in (house.stand.settings.keys_folder / "signing").iterdir():
        key.unlink()
    _rotate(house)
    house.clock.advance(301)  # the registry fetches the keys anew and finds the old ones gone
    answer = house.ask_api(token)
    assert answer.status_code == 401


def test_journals_of_both_applications_are_whole_after_a_day_of_everything(house: House) -> None:
    for person in (VERA, PYOTR, MAYA):
        browser = house.sign_in(person)
        house.ask_api(str(house.session_tokens()["access_token"]))
        house.sign_out(browser)
        house.clock.advance(3600)
    browser = house.browser().open(CABINET)
    browser.submit("sign-in", "submit", login=VERA.email, password="wrong")
    browser.submit("sign-in", "submit", login=VERA.email, password=VERA.password)
    browser.submit("code-form", "submit", code="000000")
    house.assert_journals_are_whole()


def test_journals_name_nobody(house: House) -> None:
    """Identifiers only: no name, no СНИЛС, no phone, no code, no token of a whole journey is in a journal row."""
    browser = house.sign_in(VERA)
    tokens = house.session_tokens()
    secrets = [VERA.phone, VERA.phone[1:], VERA.email, VERA.snils, "Ромашкина", VERA.password, house.stand.last_code()]
    secrets += [str(tokens["access_token"]), str(tokens["id_token"])]
    house.sign_out(browser)
    for realm in (house.stand.realm, house.registry):
        with realm.database.read() as connection:
            rows = [
                tuple(row) for row in connection.exec_driver_sql("SELECT actor, action, object, outcome, detail FROM journal")
            ]
        words = "\n".join(" ".join(map(str, row)) for row in rows)
        assert len(rows) > 3
        assert [secret for secret in secrets if secret in words] == []
