"""People come, change and go while the stand runs."""

import pytest
from sqlalchemy import inspect

from ground.chance import SeededChance
from idp.citizens import identifiers
from idp.citizens.invention import LOWEST_NUMBER, invent
from idp.citizens.models import PersonalData
from tests.idp.control.conftest import Control
from tests.idp.stand import CITIZENS, Stand


def enters(stand: Stand, login: str, password: str) -> bool:
    browser = stand.browser().open(stand.authorize_url())
    return "consent" in stand.sign_in(browser, login=login, password=password).forms()


def test_person_of_whom_nothing_is_said_is_made_up_whole_and_can_sign_in(stand: Stand, control: Control) -> None:
    answer = control.ask("POST", "/people")
    person = answer.json()
    assert answer.status_code == 201
    assert all(person[name] is not None for name in person if name != "esia")
    assert person["phone"].startswith("+7000")
    assert person["email"].endswith("@example.test")
    for login in (person["phone"], person["email"], person["snils"]):
        assert enters(stand, login, person["password"])
    created = next(event for event in stand.events() if event["object"] == f"citizen:{person['id']}")
    assert (created["action"], created["actor"]) == ("citizen.created", "operator:control plane")


def test_what_is_said_of_a_person_is_kept_and_null_means_none(stand: Stand, control: Control) -> None:
    given = {
        "family_name": "Кактусов", "given_name": "Лев", "middle_name": None, "birthdate": "2001-02-28",
        "gender": "male", "email": None, "phone": "80000000777", "password": "kaktus", "disabled": False,
        "second_factor_required": True, "inn": None,
    }  # fmt: skip
    person = control.post("/people", **given)
    assert person["phone"] == "+70000000777"
    assert (person["email"], person["email_verified"], person["middle_name"], person["inn"]) == (None, False, None, None)
    assert (person["password"], person["second_factor_required"]) == ("kaktus", True)
    browser = stand.browser().open(stand.authorize_url())
    stand.sign_in(browser, login="+70000000777", password="kaktus")
    assert "code-form" in browser.forms(), "the record of this person demands a second factor"
    assert control.get(f"/people/{person['id']}") == {name: person[name] for name in person if name != "password"}


def test_nobody_signs_in_without_a_password_or_disabled(stand: Stand, control: Control) -> None:
    without = control.post("/people", password=None)
    assert without["password"] is None
    assert not enters(stand, without["email"], "")
    disabled = control.post("/people", disabled=True)
    assert disabled["disabled"]
    assert not enters(stand, disabled["email"], disabled["password"])


def test_unverified_phone_gets_no_code(stand: Stand, control: Control) -> None:
    person = control.post("/people", phone_verified=False, email=None)
    browser = stand.browser().open(stand.authorize_url(acr_values="substantial"))
    stand.sign_in(browser, login=person["snils"], password=person["password"])
    assert "code-form" not in browser.forms()
    assert stand.sms() == []


@pytest.mark.parametrize(
    ("login", "found"),
    [
        ("+70000000017", 1),
        ("80000000017", 1),
        (" 70000000017", 1),
        ("VERA@example.test", 1),
        ("000-000-017 00", 1),
        ("nobody", 0),
    ],
)
def test_people_are_found_by_login(control: Control, login: str, found: int) -> None:
    people = control.get("/people", login=login)["people"]
    assert [person["given_name"] for person in people] == ["Вера"] * found


def test_everybody_is_listed(control: Control) -> None:
    assert len(control.get("/people")["people"]) == CITIZENS
    entered = control.post("/people")
    assert entered["id"] in [person["id"] for person in control.get("/people")["people"]]


@pytest.mark.parametrize("member", ["phone", "email", "snils"])
def test_what_another_person_has_cannot_be_taken(stand: Stand, control: Control, member: str) -> None:
    vera = control.get(f"/people/{stand.citizen('vera@example.test')}")
    answer = control.ask("POST", "/people", {member: vera[member]})
    assert (answer.status_code, answer.json()["taken"]) == (409, [member])
    maya = stand.citizen("maya@example.test")
    assert control.refused("PATCH", f"/people/{maya}", {member: vera[member]}) == (409, "person_exists")
    assert control.ask("PATCH", f"/people/{vera['id']}", {member: vera[member]}).status_code == 200, "it is their own"


@pytest.mark.parametrize(
    "body",
    [
        {"phone": "12"}, {"email": "nobody"}, {"snils": "123-456-789 00"}, {"inn": "000000001774"}, {"birthdate": "1984-02-31"},
        {"birthdate": "0001-01-01"}, {"gender": "x"}, {"family_name": None}, {"family_name": ""}, {"surname": "x"},
        {"phone_verified": "yes"}, {"policy": "a\0b"}, {"given_name": "x" * 101}, [], "x", 1, {"id": "mine"},
    ],
)  # fmt: skip
def test_person_that_cannot_be_is_refused(stand: Stand, control: Control, body: object) -> None:
    assert control.refused("POST", "/people", body) == (422, "body_invalid")
    vera = stand.citizen("vera@example.test")
    assert control.refused("PATCH", f"/people/{vera}", body) == (422, "body_invalid")
    assert len(control.get("/people")["people"]) == CITIZENS


def test_change_touches_only_what_it_names(stand: Stand, control: Control) -> None:
    vera = stand.citizen("vera@example.test")
    before = control.get(f"/people/{vera}")
    assert control.done(control.ask("PATCH", f"/people/{vera}", {})) == before
    changed = control.done(control.ask("PATCH", f"/people/{vera}", {"family_name": "Кактусова", "middle_name": None}))
    assert changed == before | {"family_name": "Кактусова", "middle_name": None}
    assert control.get(f"/people/{vera}") == changed
    assert stand.userinfo(stand.tokens(scope="openid profile")["access_token"]).json()["family_name"] == "Кактусова"
    assert stand.actions().count("citizen.changed") == 2


def test_old_logins_and_passwords_are_worth_nothing_after_a_change(stand: Stand, control: Control) -> None:
    vera = stand.citizen("vera@example.test")
    control.done(control.ask("PATCH", f"/people/{vera}", {"email": "new@example.test", "password": "kaktus", "phone": None}))
    assert enters(stand, "new@example.test", "kaktus")
    assert not enters(stand, "new@example.test", "romashka-17")
    assert not enters(stand, "vera@example.test", "kaktus")
    assert not enters(stand, "+70000000017", "kaktus")
    assert not control.get(f"/people/{vera}")["phone_verified"]
    control.done(control.ask("PATCH", f"/people/{vera}", {"password": None}))
    assert not enters(stand, "new@example.test", "kaktus")
    assert "password.changed" in stand.actions()


def test_disabled_person_cannot_sign_in_until_enabled_again(stand: Stand, control: Control) -> None:
    vera = stand.citizen("vera@example.test")
    control.done(control.ask("PATCH", f"/people/{vera}", {"disabled": True}))
    assert not enters(stand, "vera@example.test", "romashka-17")
    control.done(control.ask("PATCH", f"/people/{vera}", {"disabled": False}))
    assert enters(stand, "vera@example.test", "romashka-17")


def test_removed_person_is_gone_with_sessions_tokens_and_rows(stand: Stand, control: Control) -> None:
    vera = stand.citizen("vera@example.test")
    stand.add_client("patient", grant_types=("authorization_code", "refresh_token"))
    browser = stand.browser()
    tokens = stand.tokens(browser, acr_values="substantial")
    code = stand.obtain_code(client_id="patient", scope="openid offline_access", prompt="consent")
    offline = stand.redeem(code, auth=("patient", "a secret only this client knows")).body
    open_code = stand.obtain_code(browser)
    assert control.ask("DELETE", f"/people/{vera}").status_code == 204
    assert stand.userinfo(tokens["access_token"]).status_code == 401
    assert stand.introspect(str(offline["access_token"])).json() == {"active": False}
    refreshed = stand.http().post(
        f"{stand.issuer}/oauth2/token",
        data={"grant_type": "refresh_token", "refresh_token": offline["refresh_token"]},
        auth=("patient", "a secret only this client knows"),
    )
    assert refreshed.json()["error"] == "invalid_grant"
    assert stand.redeem(open_code).body["error"] == "invalid_grant"
    assert "sign-in" in browser.open(stand.authorize_url()).forms(), "the session is over"
    assert not enters(stand, "vera@example.test", "romashka-17")
    assert control.refused("GET", f"/people/{vera}") == (404, "person_unknown")
    for table in ("citizens", "passwords", "one_time_codes", "consents", "sign_in_attempts"):
        column = "id" if table == "citizens" else "citizen_id"
        assert (vera,) not in stand.rows(f"SELECT {column} FROM {table}"), table  # noqa: S608 - names of ours
    assert {"citizen.removed", "session.ended", "tokens.revoked"} <= set(stand.actions())
    assert control.post("/people", email="vera@example.test", phone="+70000000017")["id"] != vera


def test_every_table_that_knows_a_citizen_is_thought_of_at_removal(stand: Stand) -> None:
    """A new table with such a column has to be forgotten in people.remove, or to be history."""
    history = {"sessions", "token_families", "logout_deliveries"}
    forgotten = {"passwords", "one_time_codes", "consents", "sign_in_attempts", "known_places", "certificates"}
    forgotten |= {"passkeys", "passkey_handles", "bank_identities", "used_certificates", "signed_consents"}
    forgotten |= {"totp_secrets", "devices", "device_requests", "citizen_roles", "incidents", "memberships", "disclosures"}
    forgotten |= {"recoveries", "oids"}
    inspector = inspect(stand.realm.database.engine)
    with_citizen = {
        table for table in inspector.get_table_names() if any(c["name"] == "citizen_id" for c in inspector.get_columns(table))
    }
    assert with_citizen == history | forgotten


def test_people_have_the_role_that_they_take_by_themselves_unless_others_are_said(stand: Stand, control: Control) -> None:
    assert control.get(f"/people/{stand.citizen('vera@example.test')}")["roles"] == ["citizen.medical_service"]
    assert control.get(f"/people/{stand.citizen('nina@example.test')}")["roles"] == ["officer"]
    assert control.post("/people")["roles"] == ["citizen.medical_service"]
    person = control.post("/people", roles=["support", "operator", "support"])
    assert person["roles"] == ["operator", "support"]
    at = f"/people/{person['id']}"
    assert control.done(control.ask("PATCH", at, {"family_name": "Кактусова"}))["roles"] == ["operator", "support"]
    assert control.done(control.ask("PATCH", at, {"roles": ["officer"]}))["roles"] == ["officer"]
    assert control.done(control.ask("PATCH", at, {"roles": []}))["roles"] == []
    assert control.get(at)["roles"] == []
    assert {"role.given", "role.taken"} <= set(stand.actions())
    assert control.refused("PATCH", at, {"roles": ["doctor"]}) == (422, "body_invalid")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_unknown_person_is_a_404(control: Control, method: str) -> None:
    assert control.refused(method, "/people/nobody", {} if method == "PATCH" else None) == (404, "person_unknown")


def test_made_up_people_are_alike_for_one_seed_and_differ_from_each_other() -> None:
    def people(seed: bytes) -> list[PersonalData]:
        chance = SeededChance(seed)
        return [invent(chance, {}, is_free=lambda _: True) for _ in range(300)]

    made = people(b"one")
    assert made == people(b"one") != people(b"two")
    for person in made:
        assert identifiers.phone(person.phone or "") == person.phone
        assert identifiers.email(person.email or "") == person.email
        assert identifiers.snils(person.snils or "") == person.snils
        assert identifiers.inn(person.inn or "") == person.inn
        assert int((person.snils or "").replace("-", "")[:9]) >= LOWEST_NUMBER
        assert person.family_name.endswith("а") == (person.gender == "female")
        assert str(person.birthdate) < str(person.passport_issued_on)


def test_number_that_is_taken_is_drawn_again() -> None:
    taken = [invent(SeededChance(b"one"), {}, is_free=lambda _: True)]
    other = invent(SeededChance(b"one"), {}, is_free=lambda person: person.phone != taken[0].phone)
    assert other.phone != taken[0].phone
    assert other.family_name == taken[0].family_name
