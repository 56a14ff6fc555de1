"""Things of a stand that die: how each comes to be, how it is put to death, and how one sees that it is alive."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from idp.account.removal import remove_person
from idp.authentication import attempt as attempts
from idp.authentication import challenge, incident, lockout
from idp.authentication.attempt import Purpose
from idp.authentication.challenge import ChallengeGone
from idp.authentication.devices import requests as device_requests
from idp.authentication.devices.requests import Told
from idp.authentication.methods.password.store import change_password, set_password
from idp.authentication.methods.totp import store as totp
from idp.authentication.methods.totp.codes import code_of, step_at
from idp.authority import register as certificates
from idp.citizens import children, directory, organisations, roles
from idp.citizens.children import BirthCertificate
from idp.citizens.models import PersonalData
from idp.clients import certificates as client_certificates
from idp.clients import registry
from idp.consent import ledger
from idp.esia.client import authenticate
from idp.logout.withdrawal import withdraw
from idp.oauth.registration import retire
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.signed_text import V2_AUTHORIZATION
from idp.recovery import by_letter
from idp.recovery import store as recoveries
from idp.recovery.store import Recovery, RecoveryGone
from idp.tombstones import Buried, bury
from tests.browser import Browser
from tests.idp.clients.registrant import (
    BELIEVED,
    assertion_data,
    claims_of,
    error_of,
    register,
    try_to_authenticate,
)
from tests.idp.esia.system import register_system
from tests.idp.oauth.test_request_pushed import bring, reference
from tests.idp.signing import make_key, public_set, signed
from tests.idp.stand import CALLBACK, SECRET, Stand
from tests.idp.test_sign_up import PHONE, code_to, fill

PASSWORD = "the password before"
NEW_PASSWORD = "the password after it"
ACTOR = "operator:test"
KEY = make_key("ES256")


@dataclass(frozen=True)
class Mortal:
    """One thing. `kill` is acknowledged when it returns; `is_alive` asks from outside and may use it up."""

    name: str
    kill: Callable[[Stand], object]
    is_alive: Callable[[Stand], bool]


def person(stand: Stand, name: str) -> str:
    """A person with a password of their own: `<name>@example.test`."""
    with stand.realm.database.write() as connection:
        data = PersonalData("Смертный", "Кощей", email=f"{name}@example.test", phone=None)
        citizen_id = directory.enter(stand.realm, connection, data, email_is_verified=True, risk_is_judged=False, actor=ACTOR)
        set_password(stand.realm, connection, citizen_id, PASSWORD)
    return citizen_id


def session(stand: Stand) -> Mortal:
    browser = signed_in(stand)
    thief = stand.browser()
    thief.session.cookies.update(browser.session.cookies)  # who signs out forgets the cookie; somebody else may not
    return Mortal(
        "session",
        lambda stand: browser.open(f"{stand.issuer}/oauth2/logout").submit("logout", "submit"),
        lambda stand: "sign-in" not in thief.open(f"{stand.issuer}/account").forms(),
    )


def authorization_code(stand: Stand) -> Mortal:
    code = stand.obtain_code()
    return Mortal("authorization code", lambda stand: stand.redeem(code), lambda stand: stand.redeem(code).status == 200)


def refresh_token(stand: Stand) -> Mortal:
    stand.add_client("refreshing", grant_types=("authorization_code", "refresh_token"))
    code = stand.obtain_code(client_id="refreshing", scope="openid offline_access")
    token = str(stand.redeem(code, auth=("refreshing", SECRET)).body["refresh_token"])

    def refresh(stand: Stand) -> int:
        data = {"grant_type": "refresh_token", "refresh_token": token}
        return int(stand.http().post(f"{stand.issuer}/oauth2/token", data=data, auth=("refreshing", SECRET)).status_code)

    return Mortal("refresh token", refresh, lambda stand: refresh(stand) == 200)


def access_token(stand: Stand) -> Mortal:
    token = stand.tokens()["access_token"]

    def revoke(stand: Stand) -> object:
        return stand.http().post(f"{stand.issuer}/oauth2/revoke", data={"token": token}, auth=("client", SECRET))

    def is_alive(stand: Stand) -> bool:
        return stand.userinfo(token).status_code == 200 or stand.introspect(token).json()["active"]

    return Mortal("access token", revoke, is_alive)


def pushed_request(stand: Stand) -> Mortal:
    address = bring(stand, reference(stand))
    return Mortal(
        "pushed request",
        lambda stand: stand.browser().open(address),
        lambda stand: "sign-in" in stand.browser().open(address).forms(),
    )


def paused_request(stand: Stand) -> Mortal:
    browser = stand.browser().open(stand.authorize_url(prompt="consent"))
    stand.sign_in(browser)
    form = browser.forms()["consent"]
    name, value = form.buttons["allow"]

    def answer(_: Stand) -> bool:
        browser.answer = browser.session.post(form.action, data=form.values | {name: value})
        return browser.url.startswith(CALLBACK) and "code=" in browser.url

    return Mortal("paused request", answer, answer)


def one_time_code(stand: Stand) -> Mortal:
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial", prompt="login"))
    stand.sign_in(browser)
    form, code = browser.forms()["code-form"], stand.last_code()

    def give(_: Stand) -> bool:
        return _gave(browser, form.action, form.values | {"code": code})

    return Mortal("one-time code", give, give)


def code_of_an_application(stand: Stand) -> Mortal:
    """The attempts die by themselves; the code must not come alive in another one."""
    citizen_id = stand.citizen("anton@example.test")
    with stand.realm.database.read() as connection:
        secret = totp.secret_of(stand.realm, connection, citizen_id)
    assert secret is not None
    code = code_of(secret, step_at(stand.clock.now()))

    def give(stand: Stand) -> bool:
        browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
        attempt = browser.url.rpartition("/")[0]
        stand.sign_in(browser, login="anton@example.test", password="vasilek-20")
        form = browser.open(f"{attempt}/totp").forms()["totp-form"]
        return _gave(browser, form.action, form.values | {"code": code})

    return Mortal("code of an application", give, give)


def single_challenge(stand: Stand) -> Mortal:
    attempt_id = _begin_attempt(stand)
    with stand.realm.database.write() as connection:
        attempt = attempts.find(stand.realm, connection, attempt_id, browser="browser")
        challenge.ask(stand.realm, connection, attempt, "passkey", {}, lifetime_seconds=300)

    def use(stand: Stand) -> bool:
        with stand.realm.database.write() as connection:
            try:
                challenge.use(stand.realm, connection, attempt, "passkey")
            except ChallengeGone:
                return False
        return True

    return Mortal("challenge", use, use)


def push_request(stand: Stand) -> Mortal:
    citizen_id = stand.citizen("luka@example.test")
    with stand.realm.database.write() as connection:
        asked = device_requests.ask(
            stand.realm,
            connection,
            purpose="push",
            holder="attempt:somebody",
            told=Told("", "", ""),
            lifetime_seconds=120,
            citizen_id=citizen_id,
        )

    def waiting(stand: Stand) -> bool:
        with stand.realm.database.read() as connection:
            return any(one.id == asked.id for one in device_requests.waiting_for(stand.realm, connection, citizen_id))

    def deny(stand: Stand) -> None:
        stand.execute("UPDATE device_requests SET ended_at = 1, ended_because = 'denied'")

    return Mortal("push request", deny, waiting)


def client_assertion(stand: Stand) -> Mortal:
    client = register(stand, token_endpoint_auth_method="private_key_jwt", jwks=public_set(KEY))
    data = assertion_data(signed(KEY, claims_of(stand, client, iat=stand.clock.now()), algorithm="ES256"))

    def present(stand: Stand) -> bool:
        return error_of(try_to_authenticate(stand, client, data=data)) == BELIEVED

    return Mortal("jti of a client assertion", present, present)


def esia_signature(stand: Stand) -> Mortal:
    parameters = register_system(stand, "MORTALIS").authorization("v2", signs="rsa")

    def present(stand: Stand) -> bool:
        try:
            return bool(authenticate(stand.realm, parameters, version="v2", recipes=(V2_AUTHORIZATION,)))
        except EsiaRefused:
            return False

    return Mortal("signature of an ESIA request", present, present)


def consent(stand: Stand) -> Mortal:
    citizen_id = person(stand, "consenting")
    with stand.realm.database.write() as connection:
        ledger.give(stand.realm, connection, citizen_id, "client", {"openid", "profile"})

    def take_back(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            assert withdraw(stand.realm, connection, citizen_id, "client")

    def is_alive(stand: Stand) -> bool:
        browser = stand.browser().open(stand.authorize_url())
        stand.sign_in(browser, login="consenting@example.test", password=PASSWORD)
        return "consent" not in browser.forms()

    return Mortal("consent", take_back, is_alive)


def client(stand: Stand) -> Mortal:
    stand.add_client("doomed")

    def remove(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            retire(stand.realm, connection, "doomed", actor=ACTOR)

    return Mortal("client", remove, lambda stand: "sign-in" in _asked(stand, client_id="doomed").forms())


def client_secret(stand: Stand) -> Mortal:
    known = stand.add_client("leaky")

    def renew(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            registry.renew_secret(stand.realm, connection, known, actor=ACTOR)

    return Mortal("client secret", renew, lambda stand: stand.introspect("x", auth=("leaky", SECRET)).status_code == 200)


def certificate(stand: Stand) -> Mortal:
    with stand.realm.database.write() as connection:
        certificates.enter(stand.realm, connection, serial="abc1", citizen_id="somebody", algorithm="ec", actor=ACTOR)

    def revoke(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            certificates.revoke(stand.realm, connection, "abc1", actor=ACTOR)

    def is_alive(stand: Stand) -> bool:
        with stand.realm.database.read() as connection:
            return "abc1" not in dict(certificates.revoked(connection, at=stand.clock.now()))

    return Mortal("certificate", revoke, is_alive)


def client_certificate(stand: Stand) -> Mortal:
    der = b"any bytes: trust is that they stand in the list"
    with stand.realm.database.write() as connection:
        added = client_certificates.add(stand.realm, connection, "client", der, actor=ACTOR)

    def remove(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            assert client_certificates.remove(stand.realm, connection, "client", added.fingerprint, actor=ACTOR)

    def is_alive(stand: Stand) -> bool:
        with stand.realm.database.read() as connection:
            return der in [each.der for each in client_certificates.of_client(connection, "client")]

    return Mortal("client certificate", remove, is_alive)


def method(stand: Stand) -> Mortal:
    citizen_id = person(stand, "methodical")
    with stand.realm.database.write() as connection:
        totp.enrol(stand.realm, connection, citizen_id, actor=ACTOR)
    browser = stand.browser().open(f"{stand.issuer}/account")
    stand.sign_in(browser, login="methodical@example.test", password=PASSWORD)

    def remove(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            totp.remove_secret(connection, citizen_id)
            bury(stand.realm, connection, Buried.METHOD, citizen_id, "totp", citizen_id)

    def is_alive(stand: Stand) -> bool:
        with stand.realm.database.read() as connection:
            return totp.secret_of(stand.realm, connection, citizen_id) is not None

    return Mortal("method", remove, is_alive)


def password(stand: Stand) -> Mortal:
    citizen_id = person(stand, "changing")

    def change(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            change_password(stand.realm, connection, citizen_id, "the password after", actor=ACTOR)

    return Mortal("password", change, lambda stand: _gets_in(stand, "changing"))


def citizen(stand: Stand) -> Mortal:
    citizen_id = person(stand, "erased")

    def erase(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            remove_person(stand.realm, connection, citizen_id, actor=ACTOR)

    def is_alive(stand: Stand) -> bool:
        return (citizen_id,) in stand.rows("SELECT id FROM citizens")

    return Mortal("citizen", erase, is_alive)


def let_in(stand: Stand) -> Mortal:
    citizen_id = person(stand, "disabled")

    def disable(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            known = directory.find(stand.realm, connection, citizen_id)
            assert known is not None
            directory.change(stand.realm, connection, replace(known, is_disabled=True), actor=ACTOR)

    return Mortal("admission of a citizen", disable, lambda stand: _gets_in(stand, "disabled"))


def unlocked_account(stand: Stand) -> Mortal:
    person(stand, "locked")

    def lock(stand: Stand) -> None:
        for _ in range(5):
            _gets_in(stand, "locked", password="a wrong one")

    return Mortal("account without a lock", lock, lambda stand: _gets_in(stand, "locked"))


def account_without_incident(stand: Stand) -> Mortal:
    citizen_id = person(stand, "endangered")

    def shut(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            incident.open_incident(stand.realm, connection, citizen_id, rule="officer", reason="seen", actor=ACTOR)

    return Mortal("account without an incident", shut, lambda stand: _gets_in(stand, "endangered"))


def role(stand: Stand) -> Mortal:
    citizen_id = person(stand, "officer")
    with stand.realm.database.write() as connection:
        roles.give(stand.realm, connection, citizen_id, "officer", actor=ACTOR)

    def take(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            roles.take(stand.realm, connection, citizen_id, "officer", actor=ACTOR)

    def is_alive(stand: Stand) -> bool:
        return (citizen_id, "officer") in stand.rows("SELECT citizen_id, role FROM citizen_roles")

    return Mortal("role", take, is_alive)


def registration(stand: Stand) -> Mortal:
    """Somebody who signs up and has not typed their code yet; the copy does not know that they have by now."""
    browser = fill(stand)
    form = browser.forms()["codes"]
    answer = form.values | {"sms": code_to(stand, PHONE)}

    def give(stand: Stand) -> bool:
        browser.session.post(form.action, data=answer)
        return stand.rows("SELECT count(*) FROM registrations WHERE finished_at IS NOT NULL") == [(1,)]

    return Mortal("registration", give, give)


def membership(stand: Stand) -> Mortal:
    citizen_id = person(stand, "member")
    numbers = {"name": "Учебное общество", "ogrn": "1000000000241", "inn": "0000000240"}
    with stand.realm.database.write() as connection:
        organisations.enter(stand.realm, connection, "society", **numbers, positions={citizen_id: "Писарь"})

    def end(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            organisations.end_membership(stand.realm, connection, citizen_id, "society", actor=ACTOR)

    def is_alive(stand: Stand) -> bool:
        with stand.realm.database.read() as connection:
            return bool(organisations.of_member(connection, citizen_id))

    return Mortal("membership", end, is_alive)


def child(stand: Stand) -> Mortal:
    with stand.realm.database.write() as connection:
        parent = directory.find_by_login(stand.realm, connection, "vera@example.test")
        assert parent is not None
        data = PersonalData("Ромашкин", "Лев", birthdate="2018-05-06")
        child_id = children.add(stand.realm, connection, parent, data, BirthCertificate("II-АБ", "000017"), actor=ACTOR)

    def remove(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            children.remove(stand.realm, connection, parent.id, child_id, actor=ACTOR)

    def is_alive(stand: Stand) -> bool:
        with stand.realm.database.read() as connection:
            return children.may_act_for(stand.realm, connection, parent.id, child_id)

    return Mortal("child", remove, is_alive)


def contact(stand: Stand) -> Mortal:
    citizen_id = person(stand, "moving")

    def give_up(stand: Stand) -> None:
        with stand.realm.database.write() as connection:
            known = directory.find(stand.realm, connection, citizen_id)
            assert known is not None
            data = replace(known.data, email="moved@example.test")
            directory.change(stand.realm, connection, replace(known, data=data), actor=ACTOR)

    def is_alive(stand: Stand) -> bool:
        with stand.realm.database.read() as connection:
            known = directory.find_by_login(stand.realm, connection, "moving@example.test")
        return known is not None and known.email_is_verified

    return Mortal("confirmed address", give_up, is_alive)


def reset_link(stand: Stand) -> Mortal:
    citizen_id = person(stand, "forgetful")
    with stand.realm.database.write() as connection:
        recoveries.begin(
            stand.realm,
            connection,
            way="email",
            browser="browser",
            citizen_id=citizen_id,
            login="forgetful@example.test",
            sent_to="forgetful@example.test",
            link_token="the token of a letter",
        )

    def follow(stand: Stand) -> Recovery | None:
        try:
            return by_letter.follow_link(stand.realm, "the token of a letter", browser="browser")
        except RecoveryGone:
            return None

    def use(stand: Stand) -> None:
        recovery = follow(stand)
        assert recovery is not None
        by_letter.set_new_password(stand.realm, recovery, NEW_PASSWORD, NEW_PASSWORD, browser="browser")

    return Mortal("reset link", use, lambda stand: follow(stand) is not None)


ONCE_OR_FOR_A_WHILE: tuple[Callable[[Stand], Mortal], ...] = (
    session,
    authorization_code,
    refresh_token,
    access_token,
    pushed_request,
    paused_request,
    one_time_code,
    code_of_an_application,
    single_challenge,
    push_request,
    client_assertion,
    esia_signature,
    registration,
    reset_link,
)
BURIED: tuple[Callable[[Stand], Mortal], ...] = (
    consent,
    client,
    client_secret,
    client_certificate,
    certificate,
    method,
    password,
    contact,
    citizen,
    let_in,
    unlocked_account,
    account_without_incident,
    role,
    membership,
    child,
)


def recover(stand: Stand, login: str) -> None:
    """The owner of a locked account has shown that it is them."""
    with stand.realm.database.write() as connection:
        lockout.recover(stand.realm, connection, stand.citizen(f"{login}@example.test"), by="sms", actor=ACTOR)


def signed_in(stand: Stand) -> Browser:
    browser = stand.browser().open(f"{stand.issuer}/account")
    return stand.sign_in(browser)


def _gets_in(stand: Stand, name: str, *, password: str = PASSWORD) -> bool:
    browser = stand.browser().open(f"{stand.issuer}/account")
    stand.sign_in(browser, login=f"{name}@example.test", password=password)
    return browser.url == f"{stand.issuer}/account" and "sign-in" not in browser.forms()


def _asked(stand: Stand, **parameters: str) -> Browser:
    return stand.browser().open(stand.authorize_url(**parameters))


def _gave(browser: Browser, address: str, values: dict[str, Any]) -> bool:
    """Does an answer lead on from the page that asked?"""
    return bool(browser.session.post(address, data=values, allow_redirects=False).status_code == 303)


def _begin_attempt(stand: Stand) -> str:
    with stand.realm.database.write() as connection:
        return attempts.begin(
            stand.realm,
            connection,
            browser="browser",
            asked_level=None,
            purpose=Purpose(client_name="", client_host="", destination=""),
            return_path="/",
        )
