"""From the registry through the bank in a real browser: linked in «Документы», then a way in."""

from playwright.sync_api import Browser

from tests.chromium.visit import Visit
from tests.house import PEOPLE
from tests.idp.bank import PASSWORDS
from tests.running_stand import RunningStand

ANTON = PEOPLE["anton"]


def through_bank(visit: Visit, *, to: str, answer: str = "#allow") -> None:
    """From a page of ours to the bank, there the password and an answer, and back to a page that has the element `to`."""
    visit.look()
    visit.press("#submit")
    assert visit.page.url.startswith(f"{visit.at.bank}/sign-in/")
    assert visit.page.get_attribute("html", "data-brand") == "bank"
    visit.look()
    visit.page.fill("#login", ANTON.phone)
    visit.page.fill("#password", PASSWORDS["anton"])
    visit.press("#sign-in #submit")
    visit.look()
    visit.press(answer)
    visit.page.wait_for_selector(to)


def choose_bank(visit: Visit) -> None:
    visit.open(f"{visit.at.registry}/")
    visit.page.click("#choose")
    visit.press("#way-bank")


def test_r059_r060_bank_is_linked_in_documents_and_then_leads_from_the_registry_to_the_cabinet(
    running_stand: RunningStand, chromium: Browser, visits: list[Visit]
) -> None:
    at, phone = running_stand.at, running_stand.phone
    visit = Visit(chromium, at)
    visits.append(visit)
    page = visit.page

    choose_bank(visit)
    through_bank(visit, to="#error")  # not linked yet
    assert visit.witness.status == 400
    assert "привяжите банк" in page.inner_text("#error")
    assert page.is_visible("#way-password"), "the other ways are there"

    visit.sign_in(ANTON, phone)
    phone.mark()
    visit.open(f"{at.issuer}/account/documents")
    visit.look()
    visit.press("#add-bank")
    through_bank(visit, to="#bank .enrolled")
    visit.look()
    assert page.url == f"{at.issuer}/account/documents"
    assert "•• 2004" in page.inner_text("#bank")
    visit.open(f"{at.registry}/")
    visit.sign_out()

    for _ in ("consent is asked", "or remembered: then one redirect leads on from the bank to the registry"):
        choose_bank(visit)
        through_bank(visit, to="#consent, #person")
        if page.query_selector("#consent"):
            visit.look()
            visit.press("#allow")
        assert page.url == f"{at.registry}/"
        visit.look()
        assert "Антон" in page.inner_text("#person")
        visit.sign_out()

    choose_bank(visit)
    through_bank(visit, to="#error", answer="#deny")
    assert "Банк не подтвердил" in page.inner_text("#error")
    assert [each for each in visit.witness.complaints if not each.startswith("400: ")] == []
    visit.witness.assert_nothing_leaked(ANTON.password, PASSWORDS["anton"])
