"""People sign in to an application through the provider's real pages, whatever client its tests are written with."""

import json
from typing import Any

import httpx
import pytest
import requests
import werkzeug.test

from propusk import Citizen, Esia, PropuskError, SignInFailed
from tests.kit.relying_party import Served, make_relying_party

CALLBACK = "http://localhost/callback"


def application(esia: Esia, **parameters: str) -> werkzeug.test.Client:
    """The test client of an application that is registered now."""
    return make_relying_party(esia, esia.client(CALLBACK), **parameters).test_client()


def test_sign_in_by_sms_is_one_with_two_factors(esia: Esia) -> None:
    vera = esia.citizen(given_name="Вера", family_name="Ромашкина", middle_name=None)
    claims = json.loads(esia.sign_in(application(esia), "/login", as_=vera, by="sms").text)
    assert claims["name"] == "Ромашкина Вера"
    assert claims["acr"] == "substantial"
    assert "sms" in claims["amr"]


def test_sign_in_by_password_is_one_with_one_factor(esia: Esia) -> None:
    claims = json.loads(esia.sign_in(application(esia), "/login", as_=esia.citizen(), by="password").text)
    assert (claims["acr"], claims["amr"]) == ("low", ["pwd"])


def test_sign_in_without_by_gives_whatever_is_asked_for(esia: Esia) -> None:
    claims = json.loads(esia.sign_in(application(esia, acr_values="substantial"), "/login", as_=esia.citizen()).text)
    assert claims["acr"] == "substantial"


def test_application_that_asks_for_two_factors_is_not_signed_in_to_by_password(esia: Esia) -> None:
    with pytest.raises(SignInFailed, match="a code from an SMS is asked for"):
        esia.sign_in(application(esia, acr_values="substantial"), "/login", as_=esia.citizen(), by="password")


def test_denied_consent_reaches_the_application(esia: Esia) -> None:
    answer = esia.sign_in(application(esia), "/login", as_=esia.citizen(), consent="deny")
    assert (answer.status_code, answer.text) == (403, "refused: access_denied")


def test_application_that_demands_a_confirmed_account_is_told_that_nobody_came(esia: Esia) -> None:
    registered = esia.client(CALLBACK, require_confirmed_account=True)
    client = make_relying_party(esia, registered).test_client()
    answer = esia.sign_in(client, "/login", as_=esia.citizen(phone_verified=False))
    assert (answer.status_code, answer.text) == (403, "refused: access_denied")
    assert esia.sign_in(client, "/login", as_=esia.citizen()).status_code == 200


def test_consent_that_nobody_asks_for_cannot_be_denied(esia: Esia) -> None:
    client, vera = application(esia), esia.citizen()
    esia.sign_in(client, "/login", as_=vera)
    with pytest.raises(SignInFailed, match="has agreed before"):
        esia.sign_in(client, "/login", as_=vera, consent="deny")


def test_wrong_password_says_what_the_page_says(esia: Esia) -> None:
    vera = esia.citizen()
    esia.change(vera, password="another-one-17")
    with pytest.raises(SignInFailed, match="Wrong login or password"):
        esia.sign_in(application(esia), "/login", as_=vera)


def test_refused_request_says_what_the_page_says(esia: Esia) -> None:
    with pytest.raises(SignInFailed, match="invalid_client"):
        esia.sign_in(application(esia, client_id="nobody"), "/login", as_=esia.citizen())


def test_application_that_sends_nobody_to_the_provider_is_named(esia: Esia) -> None:
    with pytest.raises(SignInFailed, match="answered 200 at / and did not send the person to the provider"):
        esia.sign_in(application(esia), "/", as_=esia.citizen())


@pytest.mark.parametrize("issuer", ["http://localhost:1/t/another", "https://esia.example"])
def test_application_that_knows_another_provider_is_told_of_this_one(esia: Esia, issuer: str) -> None:
    client = application(esia)
    request = client.get("/login").headers["Location"].replace(esia.issuer, issuer)
    with pytest.raises(SignInFailed, match=f"sends people to {issuer}/.* the provider of this test is {esia.issuer}"):
        esia.sign_in(client, werkzeug.Response(status=302, headers={"Location": request}), as_=esia.citizen())


@pytest.mark.parametrize("said", [{"consent": "denied"}, {"consent": None}, {"by": "phone"}, {"by": "SMS"}, {"as_": "vera"}])
def test_word_that_says_nothing_is_refused(esia: Esia, said: dict[str, Any]) -> None:
    """consent="denied" was taken for a yes, and by="phone" for whatever was asked."""
    given = {"as_": esia.citizen(), **said}
    with pytest.raises(PropuskError, match=f"^{next(iter(said))} is "):
        esia.sign_in(application(esia), "/login", **given)


def test_response_of_the_application_can_be_the_beginning(esia: Esia) -> None:
    client = application(esia)
    answer = esia.sign_in(client, client.get("/login"), as_=esia.citizen())
    assert json.loads(answer.text)["sub"]


def test_answer_by_form_post_is_posted(esia: Esia) -> None:
    answer = esia.sign_in(application(esia, response_mode="form_post"), "/login", as_=esia.citizen())
    assert json.loads(answer.text)["sub"]


def test_host_of_the_redirect_uri_need_not_be_the_test_clients(esia: Esia) -> None:
    client = make_relying_party(esia, esia.client("http://app.localhost:9000/callback")).test_client()
    assert json.loads(esia.sign_in(client, "/login", as_=esia.citizen()).text)["sub"]


@pytest.mark.parametrize("library", ["requests", "httpx"])
def test_served_application_is_signed_in_to_over_the_network(esia: Esia, served: Served, library: str) -> None:
    served.put(make_relying_party(esia, esia.client(f"{served.address}/callback")))
    client: Any = requests.Session() if library == "requests" else httpx.Client(trust_env=False)
    with client:
        answer = esia.sign_in(client, f"{served.address}/login", as_=esia.citizen(), by="sms")
        assert answer.json()["acr"] == "substantial"
        assert client.get(served.address).json()["acr"] == "substantial", "the client itself is signed in now"


def test_person_is_signed_out_in_the_browser_they_signed_in_with(esia: Esia) -> None:
    client = make_relying_party(esia, esia.client(CALLBACK, post_logout_redirect_uris=["http://localhost/"])).test_client()
    vera = esia.citizen()
    esia.sign_in(client, "/login", as_=vera)
    answer = esia.sign_out(client, "/logout", as_=vera)
    assert answer.text == "{}"


def test_visit_gives_the_way_back_to_a_client_that_the_kit_does_not_know(esia: Esia) -> None:
    client = application(esia)
    back = esia.visit(client.get("/login").headers["Location"], as_=esia.citizen())
    assert back.startswith(f"{CALLBACK}?")
    assert client.get(back).status_code == 302


def test_unknown_client_is_told_of_the_other_way(esia: Esia) -> None:
    with pytest.raises(PropuskError, match=r"knows no builtins.object.*esia.visit"):
        esia.sign_in(object(), "/login", as_=esia.citizen())


def test_person_without_a_known_password_cannot_sign_in_on_a_page(esia: Esia) -> None:
    vera = esia.citizen()
    unknown = Citizen(**{**vars(vera), "password": None})
    with pytest.raises(SignInFailed, match="password of this citizen is not known"):
        esia.sign_in(application(esia), "/login", as_=unknown)
