"""How systems of the dialect are answered: a code that is itself a signed JWT, or an error that begins with ESIA's number."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sqlalchemy import Connection

from idp.citizens import directory, organisations
from idp.citizens.levels import AccountLevel, level_of
from idp.citizens.oids import oid_of_citizen, oid_of_organisation, organisation_of
from idp.clients import registry
from idp.cms.gost_2012 import streebog256
from idp.errors import RequestRefused
from idp.interaction.course import Answer
from idp.interaction.dispatch import Finish
from idp.interaction.pause import PausedRequest
from idp.keyring.certificates import certificate_of
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.esia.errors import EsiaRefused
from idp.protocol.esia.particulars import Particulars
from idp.protocol.esia.scopes import ORGANISATION_NAMES
from idp.protocol.esia.tokens import ACCOUNT_WORDS, Told, code_claims, header, method_word, second_factor_word
from idp.protocol.vocabulary import ACCOUNT_NOT_CONFIRMED, EsiaAlgorithm
from idp.realm import Realm
from idp.sessions.store import Session
from idp.tokens import codes
from idp.tokens.families import Grant
from idp.tokens.minting import mint_esia

NUMBERS: Mapping[str, str] = MappingProxyType(
    {
        "access_denied": "007004",
        "login_required": "007004",
        "interaction_required": "007004",
        "consent_required": "007004",
        "unmet_authentication_requirements": "007046",
        "unauthorized_client": "007005",
        "invalid_client": "008010",
        "invalid_request": "007003",
        "invalid_scope": "007006",
        "unsupported_response_type": "007009",
        "temporarily_unavailable": "007008",
    }
)
"""ESIA's number of each error that the common course of a request ends with; of any other 007007."""


class EsiaDialect:
    """The ESIA dialect of authorization."""

    def check_person(self, realm: Realm, connection: Connection, paused: PausedRequest, session: Session) -> None:
        """Whom the request wants: confirmed accounts, or those of children, people of a role, employees. Raises EsiaRefused."""
        asked = Particulars.of_document(paused.request.particulars)
        _check_filter(realm, connection, asked, session.citizen_id)
        if not (asked.organisations or asked.roles):
            return
        employers = {each.id: each for each in organisations.of_member(connection, session.citizen_id)}
        if asked.roles and not {"PRIVATE", *(each.particulars.type for each in employers.values())} & set(asked.roles):
            raise EsiaRefused("007062", cause=f"the person has none of the roles {', '.join(asked.roles)}")
        for oid in asked.organisation_oids:
            if organisation_of(connection, oid) not in employers:
                raise EsiaRefused("007194", cause=f"the person is no employee of organisation {oid}")
        if asked.needs_choice and not employers:
            raise EsiaRefused("007194", cause="the person is nobody's employee")

    def finish(self, realm: Realm, connection: Connection, paused: PausedRequest, step: Finish) -> Answer:
        """One code, and the state, and nothing else (section 2.8)."""
        asked, session = paused.request, step.session
        client = registry.find(connection, asked.client_id)
        assert client is not None, "the request would have been refused"
        particulars = Particulars.of_document(asked.particulars)
        if particulars.needs_choice:
            assert step.acting is not None, "the person was asked for whom they come"
            particulars = particulars.for_organisation(oid_of_organisation(connection, str(step.acting.id)))
        grant = Grant(
            client_id=asked.client_id,
            citizen_id=session.citizen_id,
            sid=session.sid,
            scopes=asked.scope - ORGANISATION_NAMES,
            acr=step.level,
            amr=session.references,
            authenticated_at=session.authenticated_at,
            acting=step.acting,
            is_made_by_test=session.is_made_by_test,
            particulars=particulars.as_document(),
        )
        is_jwt = realm.settings.esia.code_is_jwt
        code = codes.issue(
            realm,
            connection,
            asked,
            grant,
            make_code=_code_maker(realm, connection, grant, particulars, client.esia_algorithm) if is_jwt else None,
            lifetime_seconds=realm.settings.esia.code_seconds,
        )
        return _answer(realm, asked.redirect_uri, {"code": code}, asked.state)

    def refuse(self, realm: Realm, request: AuthorizationRequest, refusal: RequestRefused) -> Answer:
        """The error that goes back to the system (section 5.1)."""
        return error_answer(realm, request.redirect_uri, request.state, as_esia(refusal))


def as_esia(refusal: RequestRefused) -> EsiaRefused:
    """What ESIA says where the common course of a request ends with a standard error."""
    if isinstance(refusal, EsiaRefused):
        return refusal
    if refusal.description.startswith(ACCOUNT_NOT_CONFIRMED):
        return EsiaRefused("007055", cause=refusal.description)
    return EsiaRefused(NUMBERS.get(refusal.code, "007007"), cause=refusal.description)


def error_answer(realm: Realm, redirect_uri: str, state: str | None, refusal: EsiaRefused) -> Answer:
    """An error at the address of the system, with its state as it came."""
    return _answer(realm, redirect_uri, {"error": refusal.code, "error_description": refusal.description}, state)


def _answer(realm: Realm, redirect_uri: str, parameters: Mapping[str, str], state: str | None) -> Answer:
    answer = {**parameters, **({"state": state} if state is not None else {})}
    return Answer(redirect_uri, "query", realm.seams.authorization_response(answer))


def _check_filter(realm: Realm, connection: Connection, asked: Particulars, citizen_id: str) -> None:
    if not asked.person_filter:
        return
    level = _level(realm, connection, citizen_id)
    if asked.person_filter == "conf_acc" and level != "confirmed":
        raise EsiaRefused("007055", cause=f"the account is {level}, and confirmed ones are wanted")
    if asked.person_filter == "acc_kid" and level != "child":
        raise EsiaRefused("007062", cause="the account is no child's, and one of a child is wanted")
    if asked.person_filter == "acc_not_kid" and level == "child":
        raise EsiaRefused("007062", cause="the account is a child's, and none of a child is wanted")


def _level(realm: Realm, connection: Connection, citizen_id: str) -> AccountLevel:
    person = directory.find(realm, connection, citizen_id)
    assert person is not None, "the session is of somebody who may sign in"
    return level_of(person)


def _code_maker(
    realm: Realm, connection: Connection, grant: Grant, particulars: Particulars, algorithm: EsiaAlgorithm
) -> Callable[[str], str]:
    """What writes the code of a family. It names the certificate that verifies it, as ESIA's does."""
    now, oid = realm.clock.now(), oid_of_citizen(connection, grant.citizen_id)
    certificate_hash = streebog256(certificate_of(realm, algorithm)).hex().upper()
    account = ACCOUNT_WORDS[_level(realm, connection, grant.citizen_id)]

    def write(family_id: str) -> str:
        told = Told(
            issuer=realm.settings.esia.issuer,
            client_id=grant.client_id,
            scope=particulars.scope_claim(oid),
            sid=family_id,
            now=now,
            expires_at=now + realm.settings.esia.code_seconds,
            oid=oid,
            account=account,
            method=method_word(grant.acr),
            second_factor=second_factor_word(grant.amr),
            authenticated_at=grant.authenticated_at,
            state=particulars.state,
            is_made_by_test=grant.is_made_by_test,
        )
        return mint_esia(
            realm,
            code_claims(told),
            header=header("authorization_code", certificate_hash=certificate_hash),
            algorithm=algorithm,
        )

    return write
