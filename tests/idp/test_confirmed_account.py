"""A client that demands a confirmed account, and what a client may learn about an account."""

import pytest
from sqlalchemy import update

from idp.citizens import directory
from idp.citizens.models import MEDICAL_SERVICE
from idp.interaction.pause import INTERACTIONS
from tests.browser import Browser
from tests.idp.stand import CONTROL, CONTROL_TOKEN, ISSUER, SECRET, Stand, Tokens, answer_of

VERA = "vera@example.test"
REFRESHING = ("authorization_code", "refresh_token")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stand(request: pytest.FixtureRequest) -> Stand:
    """With a client that demands a confirmed account."""
    stand: Stand = request.getfixturevalue(f"{request.param}_stand")
    stand.add_client("strict", require_confirmed_account=True, grant_types=REFRESHING)
    return stand


def make_lack(stand: Stand, *, phone: bool = False, document: bool = False) -> None:
    """Vera's telephone or her passport counts for nothing from now on."""
    if phone:
        stand.execute("UPDATE citizens SET phone_verified_at = NULL")
    if document:
        stand.execute("UPDATE citizens SET passport_checked_at = NULL")


def make_whole(stand: Stand) -> None:
    stand.execute("UPDATE citizens SET phone_verified_at = 1, passport_checked_at = 1")


def arrive(stand: Stand, browser: Browser | None = None, **parameters: str | None) -> Browser:
    """Vera comes from the strict client and signs in."""
    browser = (browser or stand.browser()).open(stand.authorize_url(**{"client_id": "strict", **parameters}))
    if "sign-in" in browser.forms():
        stand.sign_in(browser)
    if "code-form" in browser.forms():
        browser.submit("code-form", "submit", code=stand.last_code())
    return browser


def obtain(stand: Stand, scope: str = "openid account", client_id: str = "strict") -> Tokens:
    return stand.redeem(stand.obtain_code(client_id=client_id, scope=scope), auth=(client_id, SECRET))


def refresh(stand: Stand, tokens: Tokens) -> Tokens:
    data = {"grant_type": "refresh_token", "refresh_token": str(tokens.body["refresh_token"])}
    answer = stand.http().post(f"{ISSUER}/oauth2/token", data=data, auth=("strict", SECRET))
    return Tokens(answer.status_code, answer.json())


@pytest.mark.parametrize(
    ("lacks", "links"),
    [
        ({"phone": True}, {"confirm-phone"}),
        ({"document": True}, {"confirm-document"}),
        ({"phone": True, "document": True}, {"confirm-phone", "confirm-document"}),
    ],
    ids=["phone", "document", "both"],
)
def test_r018_r025_page_names_exactly_what_is_missing_and_links_there(
    stand: Stand, lacks: dict[str, bool], links: set[str]
) -> None:
    make_lack(stand, **lacks)
    browser = arrive(stand)
    assert browser.url.startswith(f"{ISSUER}/confirmation/")
    assert "Подтвердите учётную запись" in browser.text
    assert {name for name in ("confirm-phone", "confirm-document") if f'id="{name}"' in browser.answer.text} == links
    assert ("Подтвердить номер" in browser.text) == ("confirm-phone" in links)
    assert ("Документы" in browser.text) == ("confirm-document" in links)
    assert ('href="/account/documents"' in browser.answer.text) == ("confirm-document" in links)


def test_r018_nothing_is_issued_before_the_account_is_confirmed(stand: Stand) -> None:
    make_lack(stand, document=True)
    interaction = arrive(stand).url.rpartition("/")[2]
    browser = arrive(stand)
    for path in ("oauth2/continue", "consent", "acting"):
        browser.open(f"{ISSUER}/{path}/{browser.url.rpartition('/')[2]}")
        assert "/confirmation/" in browser.url, path
    assert stand.browser().open(f"{ISSUER}/confirmation/{interaction}").status == 404, "the step is of one browser"
    assert stand.rows("SELECT count(*) FROM token_families") == [(0,)]
    assert stand.rows("SELECT count(*) FROM consents") == [(0,)]


def test_r018_going_back_answers_the_client_access_denied_with_the_reason(stand: Stand) -> None:
    make_lack(stand, phone=True)
    answer = answer_of(arrive(stand).submit("confirmation", "leave"))
    assert (answer["error"], answer["state"], answer["iss"]) == ("access_denied", "the state", ISSUER)
    assert answer["error_description"].startswith("account_not_confirmed:")
    assert "authorization.refused access_denied" in stand.actions()


def test_r018_nobody_is_disturbed_with_prompt_none(stand: Stand) -> None:
    browser = arrive(stand).submit("consent", "allow")
    make_lack(stand, document=True)
    assert answer_of(arrive(stand, browser, prompt="none"))["error"] == "interaction_required"


def test_r030_whoever_mends_the_last_thing_goes_on_with_the_same_request(stand: Stand) -> None:
    make_lack(stand, phone=True, document=True)
    browser = arrive(stand)
    go_on = f"{ISSUER}/oauth2/continue/{browser.url.rpartition('/')[2]}"
    stand.execute("UPDATE citizens SET phone_verified_at = 1")
    browser.open(go_on)
    assert "/confirmation/" in browser.url and "confirm-phone" not in browser.answer.text
    make_whole(stand)
    browser.open(go_on)
    assert "code" in answer_of(browser.submit("consent", "allow"))


def test_r030_the_next_sign_in_works_without_anybody_of_the_staff(stand: Stand) -> None:
    make_lack(stand, document=True)
    browser = arrive(stand).submit("confirmation", "leave")
    make_whole(stand)
    assert "code" in answer_of(arrive(stand, browser).submit("consent", "allow"))


def test_person_who_left_is_asked_for_consent_when_the_account_is_confirmed_since(stand: Stand) -> None:
    """«Back to the service» is no consent, even if the page was left open and the account was confirmed meanwhile."""
    make_lack(stand, document=True)
    browser = arrive(stand)
    with stand.realm.database.write() as connection:
        row = {"answer": "leave", "answered_by": stand.citizen(VERA)}
        connection.execute(update(INTERACTIONS), row)
    make_whole(stand)
    browser.open(f"{ISSUER}/oauth2/continue/{browser.url.rpartition('/')[2]}")
    assert "consent" in browser.forms()


def test_a_bank_that_vouches_confirms_an_account_without_a_passport(stand: Stand) -> None:
    make_lack(stand, phone=True, document=True)
    with stand.realm.database.write() as connection:
        directory.prove_identity(stand.realm, connection, stand.citizen(VERA), by="bank", actor="operator:test")
    assert "consent" in arrive(stand).forms()


def test_client_that_demands_nothing_lets_an_unconfirmed_person_in_and_is_told_so(stand: Stand) -> None:
    """R019: whoever signs such a person in is told `verified` false, in the ID token too."""
    make_lack(stand, phone=True)
    tokens = obtain(stand, client_id="client")
    claims = stand.verified(str(tokens.body["id_token"])).claims
    assert (claims["verified"], claims["account_level"]) == (False, "standard")
    told = stand.userinfo(str(tokens.body["access_token"])).json()
    assert (told["verified"], told["account_level"]) == (False, "standard")


def test_r094_claims_of_the_account_stand_in_id_token_and_userinfo(stand: Stand) -> None:
    tokens = obtain(stand)
    expected = {"verified": True, "account_level": "confirmed", "roles": [MEDICAL_SERVICE]}
    assert expected.items() <= stand.verified(str(tokens.body["id_token"])).claims.items()
    assert expected.items() <= stand.userinfo(str(tokens.body["access_token"])).json().items()


def test_roles_of_the_staff_are_told_to_nobody(stand: Stand) -> None:
    stand.give_role(VERA, "administrator")
    tokens = obtain(stand)
    assert stand.userinfo(str(tokens.body["access_token"])).json()["roles"] == [MEDICAL_SERVICE]


def test_r133_client_without_the_scope_learns_nothing_about_the_account(stand: Stand) -> None:
    tokens = obtain(stand, scope="openid profile")
    names = stand.verified(str(tokens.body["id_token"])).claims.keys() | stand.userinfo(str(tokens.body["access_token"])).json()
    assert not {"verified", "account_level", "roles", "acting_for"} & set(names)


def test_code_is_worth_nothing_once_the_account_is_confirmed_no_more(stand: Stand) -> None:
    code = stand.obtain_code(client_id="strict")
    make_lack(stand, document=True)
    assert stand.redeem(code, auth=("strict", SECRET)).body["error"] == "invalid_grant"
    make_whole(stand)
    assert stand.redeem(code, auth=("strict", SECRET)).status == 200, "nothing was used up"


def test_refresh_userinfo_and_introspection_end_with_the_confirmation_and_come_back_with_it(stand: Stand) -> None:
    tokens = obtain(stand)
    access_token = str(tokens.body["access_token"])
    make_lack(stand, phone=True)
    assert refresh(stand, tokens).body["error"] == "invalid_grant"
    assert stand.userinfo(access_token).status_code == 401
    assert stand.introspect(access_token, auth=("strict", SECRET)).json() == {"active": False}
    make_whole(stand)
    assert refresh(stand, tokens).status == 200
    assert stand.userinfo(access_token).status_code == 200


@pytest.mark.parametrize("into", ["code", "tokens"])
def test_login_of_the_control_plane_says_why_somebody_is_refused(stand: Stand, into: str) -> None:
    asked = {"person": VERA, "into": into, "authorization": {"client_id": "strict"}}
    assert login(stand, asked)["outcome"] == "done"
    make_lack(stand, document=True)
    answer = login(stand, asked)
    assert (answer["outcome"], answer["reason"]) == ("refused", "account_not_confirmed")
    assert "tokens" not in answer and "code" not in answer


def login(stand: Stand, asked: dict[str, object]) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
    return dict(stand.control().session.post(f"{CONTROL}/login", json=asked, headers=headers).json())


def test_client_may_register_the_demand_by_itself(stand: Stand) -> None:
    """It only makes us stricter."""
    metadata = {"redirect_uris": ["http://localhost:9999/callback"], "require_confirmed_account": True}
    registered = stand.http().post(f"{ISSUER}/oauth2/register", json=metadata)
    assert (registered.status_code, registered.json()["require_confirmed_account"]) == (201, True)
    refused = stand.http().post(f"{ISSUER}/oauth2/register", json=metadata | {"require_confirmed_account": "yes"})
    assert refused.json()["error"] == "invalid_client_metadata"
