"""Finding the cause: the checks in the order in which an endpoint would stumble over what they look for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from idp.esia.diagnosis.attempts import order_of
from idp.esia.diagnosis.case import Case
from idp.esia.diagnosis.checks import form, grants, parameters, resources, secret, signature, time
from idp.esia.diagnosis.checks.accepted import check_accepted, check_logout
from idp.esia.diagnosis.checks.hashes import read_hash
from idp.esia.diagnosis.kind import SIGNATURE, Found, Kind, found
from idp.esia.diagnosis.kinds import accepted
from idp.esia.diagnosis.kinds import grants as of_grants
from idp.esia.diagnosis.kinds import secret as of_secret
from idp.esia.diagnosis.kinds import texts as of_texts
from idp.esia.diagnosis.sent import ENDPOINTS, Sent, answered_code, was_refused
from idp.protocol.esia.errors import CODES

TOLD: Mapping[str, Kind] = MappingProxyType(
    {
        "007004": of_grants.PERSON_REFUSED,
        "007007": of_grants.OUR_FAULT,
        "007008": of_grants.OVERLOADED,
        "007046": of_grants.PERSON_NO_FACTOR,
        "007055": of_grants.PERSON_NOT_CONFIRMED,
        "007062": of_grants.PERSON_OTHER_ROLE,
        "007194": of_grants.PERSON_NOT_EMPLOYEE,
    }
)
"""Refusals that no byte of a request explains: the answer itself is the cause."""
OTHERS = (
    time.check_skew,
    parameters.check_redirect,
    parameters.check_lengths,
    parameters.check_words,
    parameters.check_scope,
)
UNKNOWN = (of_texts.UNKNOWN_SIGNATURE, of_texts.UNKNOWN)
FAULT = 500


@dataclass(frozen=True)
class Verdict:
    """What is said of one request, the cause first. `is_refused` and `code` are those of the answer."""

    case: Case
    found: tuple[Found, ...]
    is_refused: bool
    code: str

    @property
    def first(self) -> Found:
        return self.found[0]

    @property
    def is_unknown(self) -> bool:
        """Is no cause known?"""
        return self.first.kind in UNKNOWN

    @property
    def has_cause(self) -> bool:
        return self.first.kind.weight == "cause" and not self.is_unknown


def judge(case: Case) -> Verdict:
    """What was wrong with a request, or that nothing was."""
    code, is_refused = answered_code(case.exchange), was_refused(case.exchange)
    everything = tuple(_look(case))
    causes = [each for each in everything if each.kind.weight == "cause"]
    rest = [each for each in everything if each.kind.weight != "cause"]
    if code in TOLD and is_refused:
        causes = [_told(case, code), *causes]
    if not is_refused and case.exchange.status:
        # It was taken, so whatever looks like a mistake was none.
        causes = []
    causes = _ordered(causes, code)
    if not causes and is_refused:
        causes = [_unknown(case, code)]
    warnings = [each for each in rest if each.kind.weight == "warning"]
    if causes:
        # What asks for nothing to be done only stands in the way of the cause.
        rest = warnings
    else:
        rest = [*warnings, *(each for each in rest if each.kind.weight == "note")]
        rest.insert(0, found(accepted.ALL_WELL, received=_line(case), expected="—", checked=_checked(case)))
    return Verdict(case, (*causes, *rest), is_refused, code)


def _told(case: Case, code: str) -> Found:
    if code in of_grants.NO_GOST.answers and not case.can_sign and case.client is not None:
        return found(of_grants.NO_GOST, received=f"ESIA-{code}", expected=case.client.esia_algorithm)
    return found(TOLD[code], received=f"ESIA-{code}", expected="—")


def _look(case: Case) -> Iterable[Found]:
    if case.endpoint is None:
        return [*form.check_path(case), *resources.check_resource(case), *check_logout(case)]
    for check in form.CHECKS:
        if stumbled := list(check(case)):
            return stumbled
    return _look_inside(case)


def _look_inside(case: Case) -> list[Found]:
    """The checks of a request that can be read and has all it needs."""
    causes = [*parameters.check_client(case), *time.check_form(case)]
    meant = time.meant(case.sent.parameters.get("timestamp", ""))
    if meant is not None:
        case = case.repair(timestamp=meant)
    read, named = secret.read_secret(case), read_hash(case)
    causes += [] if read.mistake is None else [read.mistake]
    causes += named.mistakes
    signed: list[Found] = []
    if read.signature is not None and (read.mistake is None or not causes[1:]):
        signed = list(signature.check_signature(case, read.signature, named.certificates))
        if causes:
            # Another mistake is known, and may have spoiled what was signed.
            signed = [each for each in signed if each.kind not in UNKNOWN]
    if not causes or all(each.kind.field == "client_certificate_hash" for each in causes):
        causes += signed
    if not causes:
        causes += _replayed(case)
    others = [each for check in OTHERS for each in check(case)]
    if not causes and not others:
        others += parameters.check_rules(case)
    if others and not any(each.kind not in UNKNOWN for each in causes) and answered_code(case.exchange) not in SIGNATURE:
        causes = []
    causes += [*others, *grants.check_grant(case)]
    return [*causes, *check_accepted(case, named.certificates, read.signature)]


def _replayed(case: Case) -> list[Found]:
    """A signature is good once: was this text signed before, and taken?"""
    texts = {recipe.text(case.parameters) for recipe in case.recipes()}
    for exchange in reversed(case.earlier):
        earlier = Case(exchange, case.settings, case.client)
        if earlier.endpoint is None or answered_code(exchange) in SIGNATURE:
            continue
        if exchange.path in ENDPOINTS and texts & {recipe.text(Sent(exchange).parameters) for recipe in earlier.recipes()}:
            secret_text = case.parameters.get("client_secret", "")[:60]
            return [found(of_secret.SIGNATURE_REPLAYED, received=secret_text, expected="1 ×", request=exchange.id)]
    return []


def _ordered(causes: list[Found], code: str) -> list[Found]:
    """Those that explain the code of the answer first: it is what the endpoint stumbled over."""
    if not code:
        return causes
    return sorted(causes, key=lambda each: code not in each.kind.answers)


def _unknown(case: Case, code: str) -> Found:
    meaning = f"ESIA-{code}: {CODES[code].meaning}." if code in CODES else ""
    if case.exchange.status >= FAULT:
        return found(of_grants.OUR_FAULT, received=str(case.exchange.status), expected="—")
    recipes = case.recipes()
    expected = recipes[0].text(case.parameters).decode("utf-8", "replace") if recipes else "—"
    order = order_of(recipes[0], case.parameters) if recipes else "—"
    answer = f"ESIA-{code}" if code else str(case.exchange.status)
    return found(of_texts.UNKNOWN, received=_line(case), expected=expected, answer=answer, meaning=meaning, order=order)


def _line(case: Case) -> str:
    return f"{case.exchange.method} {case.exchange.path} → {case.exchange.status}"


def _checked(case: Case) -> str:
    names = [name for name in case.parameters if name]
    return ", ".join(names[:14]) or "—"
