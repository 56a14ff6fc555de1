"""Through the provider's pages as a person goes: password, code from the SMS, consent; back to the application in the end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from propusk.browser import Browser, Form, Page
from propusk.citizens import Citizen
from propusk.errors import PropuskError, SignInFailed

MOST_PAGES = 30
By = Literal["password", "sms"]
Consent = Literal["allow", "deny"]


@dataclass(frozen=True)
class Person:
    """What somebody would answer: who they are, by what they prove it, whether they agree, and where they read their SMS.

    They come on their own behalf, and go back to the application where their account would have to be confirmed first.
    """

    citizen: Citizen
    by: By | None
    consent: Consent
    read_code: Callable[[], str]
    asked: set[str] = field(default_factory=set)
    """The forms that were shown to this person."""

    def __post_init__(self) -> None:
        """A word that says nothing would be a test that does not test what it says. Raises PropuskError."""
        if not isinstance(self.citizen, Citizen):
            raise PropuskError(f"as_ is a citizen, made by esia.citizen(…), and not {self.citizen!r}")
        _check_word("by", self.by, (None, *get_args(By)))
        _check_word("consent", self.consent, get_args(Consent))

    def answer(self, form_id: str) -> tuple[str, Mapping[str, str]]:
        """The button to press and the values to fill in. Raises SignInFailed for what this person does not do."""
        self.asked.add(form_id)
        if form_id == "sign-in":
            if self.citizen.password is None:
                raise SignInFailed("the password of this citizen is not known: take one made by esia.citizen()")
            return "submit", {"login": self.citizen.login, "password": self.citizen.password}
        if form_id == "code-form":
            if self.by == "password":
                raise SignInFailed('a code from an SMS is asked for, and the test said by="password": say by="sms"')
            return "submit", {"code": self.read_code()}
        if form_id == "acting":
            return "party-self", {}
        if form_id == "confirmation":
            return "leave", {}
        if form_id == "consent":
            return self.consent, {}
        return "submit", {}

    def check_asked(self) -> None:
        """Was everything that the test has said of needed? Raises SignInFailed, for the test would not test what it says."""
        if self.by == "sms" and "code-form" not in self.asked:
            raise SignInFailed('the test said by="sms", and no code was asked for')
        if self.consent == "deny" and "consent" not in self.asked:
            raise SignInFailed('the test said consent="deny", and nobody asked: this person has agreed before')


FORMS = ("sign-in", "code-form", "confirmation", "acting", "consent", "logout")
"""The ids of the forms that a person answers, on pages that show one of them."""


@dataclass(frozen=True)
class Way:
    """How the browser leaves the provider: to which address, by GET or with the fields of a POST."""

    address: str
    fields: Mapping[str, str] | None = None


def is_under(address: str, issuer: str) -> bool:
    """Is this a page of the provider?"""
    return address == issuer or address.startswith((f"{issuer}/", f"{issuer}?"))


def walk(browser: Browser, address: str, issuer: str, answer: Callable[[str], tuple[str, Mapping[str, str]]]) -> Way | Page:
    """Answer pages until one leads away from the provider, or has nothing more to ask (signed out). Raises SignInFailed."""
    page = browser.open(address)
    shown = ""
    for _ in range(MOST_PAGES):
        if page.location is not None:
            if not is_under(page.location, issuer):
                return Way(page.location)
            page = browser.open(page.location)
            continue
        forms = page.forms
        if page.status == 200 and "answer" in forms:  # response_mode=form_post: a script would send it
            return Way(forms["answer"].address, forms["answer"].fields)
        form_id = next((each for each in FORMS if each in forms), None)
        if form_id is None and page.status >= 400:
            raise SignInFailed(f"the provider answers {page.status} at {_short(page.address)}: {_clip(page.words)}")
        if form_id is None:
            return page
        if form_id == shown:
            raise SignInFailed(f"the provider does not accept the answer: {_clip(page.words)}")
        shown = form_id
        page = _submit(browser, forms[form_id], *answer(form_id))
    raise SignInFailed(f"more than {MOST_PAGES} pages, and no end at {_short(page.address)}")


def _submit(browser: Browser, form: Form, button: str, values: Mapping[str, str]) -> Page:
    return browser.submit(form, button if button in form.buttons else None, values)


def _check_word(name: str, given: object, known: tuple[Any, ...]) -> None:
    if given not in known:
        raise PropuskError(f"{name} is one of {', '.join(repr(word) for word in known)}, and not {given!r}")


def _short(address: str) -> str:
    return address.partition("?")[0]


def _clip(words: str) -> str:
    return words if len(words) <= 400 else words[:400] + " …"
