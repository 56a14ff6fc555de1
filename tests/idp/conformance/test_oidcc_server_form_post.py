"""oidcc-server-form-post: the code flow with response_mode=form_post."""

from tests.idp.conformance.relying_party import RelyingParty
from tests.idp.stand import ISSUER, Stand


def test_code_comes_back_by_a_form_that_needs_no_script(stand: Stand) -> None:
    party = RelyingParty(stand)
    browser = stand.browser().open(party.address(response_mode="form_post"))
    for _ in range(3):
        forms = browser.forms()
        if "sign-in" in forms:
            stand.sign_in(browser)
        elif "consent" in forms:
            browser.submit("consent", "allow")
    form = next(form for form in browser.forms().values() if form.action == "http://localhost:9999/callback")
    assert form.method == "post"
    assert (form.values["state"], form.values["iss"]) == ("state-of-the-suite", ISSUER)
    assert party.token(form.values).status_code == 200
