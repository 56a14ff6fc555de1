"""Who may read the resources of ESIA, and at which address."""

from dataclasses import replace
from pathlib import Path

import pytest

from idp.citizens import directory, organisations
from idp.esia.rest.avatar import name_of
from idp.esia.rest.resources import RESOURCES
from idp.settings import Esia
from tests.idp.esia.resources import ANNA, MINISTRY, POND, organisation_oid, read_as, read_as_system
from tests.idp.esia.system import register_system
from tests.idp.stand import ISSUER, Stand

EVERYTHING = (
    "openid fullname birthdate birthplace gender snils inn contacts addresses id_doc drivers_licence_doc medical_doc vehicles "
    "usr_org usr_avt self_employed"
)
COLLECTIONS = {
    "ctts": "contacts", "addrs": "addresses", "docs": "id_doc", "vhls": "vehicles", "kids": "kid_fullname", "roles": "usr_org",
    "orgs": "usr_org",
}  # fmt: skip
OTHER_HOST = "http://esia.stand.test:8400"
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def system(stand: Stand) -> None:
    register_system(stand)


def test_who_has_no_good_token_is_unauthorized(stand: Stand) -> None:
    reader = read_as(stand)
    path = f"{ISSUER}/rs/prns/{reader.oid}"
    head, _, rest = reader.token.partition(".")
    for headers in (
        {},
        {"Authorization": "Bearer x"},
        {"Authorization": f"Bearer {head}.e30{rest}"},
        {"Authorization": "Basic eDp5"},
    ):
        answer = stand.http().get(path, headers=headers)
        assert (answer.status_code, answer.text) == (401, "Unauthorized")
        assert "Basic" not in answer.headers["WWW-Authenticate"]
    assert reader.status() == 200
    stand.clock.advance(3600)
    assert (reader.status(), reader.ask("/rs/nowhere").status_code) == (401, 401)


def test_token_of_the_standard_endpoints_opens_nothing(stand: Stand) -> None:
    tokens = stand.tokens(scope="openid fullname")
    oid = read_as(stand, "vera@example.test").oid
    answer = stand.http().get(f"{ISSUER}/rs/prns/{oid}", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(("name", "scope"), COLLECTIONS.items())
def test_resource_whose_scope_is_not_granted_is_refused(stand: Stand, name: str, scope: str) -> None:
    others = " ".join(each for each in COLLECTIONS.values() if each != scope)
    answer = read_as(stand, scope=f"openid fullname snils inn {others}").ask(f"/rs/prns/{read_as(stand).oid}/{name}")
    assert answer.status_code == 403
    assert answer.json() == {"code": "ESIA-005029", "message": "SecurityErrorEnum.scopeNotAllowed"}
    assert read_as(stand, scope=f"openid {scope}").status(f"/{name}") == 200


def test_es_16_nobody_else_is_told_of(stand: Stand) -> None:
    anna, vera = read_as(stand, scope=EVERYTHING), read_as(stand, "vera@example.test", EVERYTHING)
    for path in ("", "/ctts", "/docs", "/docs/1", "/roles"):
        assert anna.ask(f"/rs/prns/{vera.oid}{path}").status_code == 403
    assert anna.ask(f"/esia-rs/api/public/v1/pso/{vera.oid}/avt/circle").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/rs/prns/1999999999", "/rs/prns/0", "/rs/prns/me", "/rs/prns/-1", "/rs/prns/9999999999999999999", "/rs/prns/１",
        "/rs/prns/{oid}/nothing", "/rs/prns/{oid}/docs/1", "/rs/prns/{oid}/docs/x", "/rs/prns", "/rs/",
        "/rs/prns/{oid}/kids/1/docs",
        "/rs/orgs/1999999999", "/esia-rs/api/public/v1/avatar/00000000-0000-4000-8000-000000000000", "/esia-rs/x",
        "/rs/prns/{oid}/docs/1/2", "/rs/prns/{oid}%00", "/rs/prns/{oid}/docs/%ff",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(stand: Stand, path: str) -> None:
    reader = read_as(stand, "EsiaTest004@yandex.ru", f"{EVERYTHING} kid_birth_cert_doc")
    assert reader.ask(path.format(oid=reader.oid)).status_code == 404


def test_resources_are_only_read(stand: Stand) -> None:
    reader = read_as(stand)
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = reader.ask(f"/rs/prns/{reader.oid}", method=method)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    head = reader.ask(f"/rs/prns/{reader.oid}", method="HEAD")
    whole = reader.ask(f"/rs/prns/{reader.oid}")
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", whole.headers["ETag"])
    assert head.headers["Content-Length"] == str(len(whole.content))
    assert whole.headers["Content-Type"].startswith("application/json")
    assert whole.headers["Cache-Control"] == "no-store"


def test_person_who_is_shut_out_is_told_of_no_more(stand: Stand) -> None:
    reader = read_as(stand)
    with stand.realm.database.write() as connection:
        person = directory.find(stand.realm, connection, reader.citizen_id)
        assert person is not None
        directory.change(stand.realm, connection, replace(person, is_disabled=True), actor="operator:test")
    assert reader.status() == 401


# Organisations.


def org_scope(name: str, oid: int) -> str:
    return f"http://esia.gosuslugi.ru/{name}?org_oid={oid}"


def test_organisation_is_told_of_to_its_own_token_field_by_field(stand: Stand) -> None:
    pond = organisation_oid(stand, POND)
    names = ("org_shortname", "org_fullname", "org_type", "org_ogrn", "org_inn", "org_leg", "org_kpp", "org_oktmo")
    whole = read_as_system(stand, *(org_scope(name, pond) for name in names)).ask(f"/rs/orgs/{pond}").json()
    assert len(whole.pop("eTag")) == 40
    assert whole == {
        "stateFacts": ["EntityRoot"],
        "oid": pond,
        "shortName": "ООО «Учебный пруд»",
        "fullName": "Общество с ограниченной ответственностью «Учебный пруд»",
        "type": "LEGAL",
        "ogrn": "1000000006511",
        "inn": "0000006517",
        "leg": "12300",
        "kpp": "000001001",
        "oktmo": "00000000",
        "isLiquidated": False,
    }
    narrow = read_as_system(stand, org_scope("org_ogrn", pond)).ask(f"/rs/orgs/{pond}").json()
    assert set(narrow) == {"stateFacts", "oid", "ogrn", "isLiquidated", "eTag"}
    ministry = organisation_oid(stand, MINISTRY)
    agency = read_as_system(stand, org_scope("org_agencytype", ministry), org_scope("org_agencyterrange", ministry))
    assert agency.ask(f"/rs/orgs/{ministry}").json()["agencyType"] == "20.REG"


def test_contacts_and_address_of_an_organisation(stand: Stand) -> None:
    pond = organisation_oid(stand, POND)
    reader = read_as_system(stand, org_scope("org_ctts", pond), org_scope("org_addrs", pond))
    embedded = reader.ask(f"/rs/orgs/{pond}?embed=(contacts.elements,addresses.elements)").json()
    assert [each["value"] for each in embedded["contacts"]["elements"]] == ["+7(000)0000651", "office@prud.test"]
    (listed,) = reader.ask(f"/rs/orgs/{pond}/addrs").json()["elements"]
    assert reader.ask(listed).json() == embedded["addresses"]["elements"][0]


def test_es_16_scope_of_another_organisation_or_of_a_person_opens_no_organisation(stand: Stand) -> None:
    pond, ministry = organisation_oid(stand, POND), organisation_oid(stand, MINISTRY)
    head = read_as(stand, "EsiaTest005@yandex.ru", EVERYTHING)
    for reader in (
        read_as_system(stand, org_scope("org_ogrn", ministry)),
        read_as_system(stand, "openid"),
        read_as_system(stand, "http://esia.gosuslugi.ru/usr_org?org_oid=1"),
        head,
    ):
        for path in ("", "/ctts", "/addrs", f"/emps/{head.oid}/grps"):
            answer = reader.ask(f"/rs/orgs/{pond}{path}")
            assert (answer.status_code, answer.json()["code"]) == (403, "ESIA-005029")
    assert read_as_system(stand, org_scope("org_ogrn", pond)).ask(f"/rs/orgs/{pond}/ctts").status_code == 403
    assert read_as_system(stand, org_scope("org_ogrn", pond)).ask(f"/rs/prns/{head.oid}").status_code == 403


def test_token_of_a_person_opens_their_organisation_while_they_act_for_it(stand: Stand) -> None:
    pond = organisation_oid(stand, POND)
    reader = read_as(stand, "EsiaTest006@yandex.ru", organisation_scopes=(org_scope("org_ogrn", pond),))
    assert reader.ask(f"/rs/orgs/{pond}").json()["ogrn"] == "1000000006511"
    with stand.realm.database.write() as connection:
        organisations.end_membership(stand.realm, connection, reader.citizen_id, POND, actor="operator:test")
    assert reader.ask(f"/rs/orgs/{pond}").status_code == 403


def test_groups_of_an_employee(stand: Stand) -> None:
    pond = organisation_oid(stand, POND)
    reader = read_as_system(stand, org_scope("org_grps", pond))
    head, worker = (read_as(stand, f"EsiaTest{number}@yandex.ru").oid for number in ("005", "006"))

    def groups(oid: int) -> list[str]:
        answer = reader.ask(f"/rs/orgs/{pond}/emps/{oid}/grps?embed=(elements)")
        return [each["grp_id"] for each in answer.json()["elements"]]

    assert (groups(head), groups(worker)) == (["EMPLOYEE", "ORG_ADMIN"], ["EMPLOYEE"])
    (address,) = reader.ask(f"/rs/orgs/{pond}/emps/{worker}/grps").json()["elements"]
    assert reader.ask(address).json()["grp_id"] == "EMPLOYEE"
    stranger = read_as(stand, ANNA).oid
    for path in (f"{stranger}/grps", "x/grps", f"{worker}/grps/ORG_ADMIN", f"{worker}/grps/x", f"{'9' * 5_000}/grps"):
        assert reader.ask(f"/rs/orgs/{pond}/emps/{path}").status_code == 404


# Pictures.


def test_picture_of_a_person(stand: Stand) -> None:
    reader = read_as(stand, scope="openid usr_avt")
    public = "/esia-rs/api/public/v1"
    for path in (f"pso/{reader.oid}/avt/circle", f"pso/{reader.oid}/avt/square", f"avatar/{name_of(reader.citizen_id)}"):
        answer = reader.ask(f"{public}/{path}")
        assert (answer.status_code, answer.headers["Content-Type"], answer.content[:4]) == (200, "image/png", b"\x89PNG")
    assert read_as(stand).ask(f"{public}/pso/{reader.oid}/avt/circle").status_code == 403
    without = read_as(stand, "EsiaTest002@yandex.ru", "openid usr_avt")
    assert without.ask(f"{public}/pso/{without.oid}/avt/circle").status_code == 404


# Addresses.


@pytest.mark.parametrize(
    "host", ["evil.test", "localhost", "localhost:8401", "localhost:8400.evil.test", "localhost:8400@evil.test", ""]
)
def test_host_that_is_not_listed_is_refused(stand: Stand, host: str) -> None:
    reader = read_as(stand, scope="openid vehicles")
    answer = reader.ask(f"/rs/prns/{reader.oid}/vhls", Host=host)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert "evil" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("stand_settings", [{"esia": Esia(public_addresses=(OTHER_HOST, "https://esia.outside.test"))}])
def test_resources_name_each_other_by_the_listed_address_that_was_named(stand: Stand, stand_settings: object) -> None:
    reader = read_as(stand, scope="openid vehicles")
    path = f"/rs/prns/{reader.oid}/vhls"
    for host, address in (
        ("localhost:8400", ISSUER),
        ("LOCALHOST:8400", ISSUER),
        ("esia.stand.test:8400", OTHER_HOST),
        ("esia.outside.test", "https://esia.outside.test"),
        ("esia.outside.test:443", "https://esia.outside.test"),
    ):
        elements = reader.ask(path, Host=host).json()["elements"]
        assert len(elements) == 2
        assert all(each.startswith(f"{address}{path}/") for each in elements), host


def test_listed_address_is_believed_at_resources_only(stand: Stand) -> None:
    """Whatever a request names, every other address of ours is built from the settings."""
    document = stand.http().get(f"{ISSUER}/.well-known/openid-configuration", headers={"Host": "evil.test"})
    assert (document.status_code, document.json()["issuer"]) == (200, ISSUER)
    readers = [
        path.relative_to(ROOT).as_posix()
        for folder in ("idp", "rp", "ground")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "named_host" in path.read_text(encoding="utf-8").lower()
    ]
    assert readers == ["idp/esia/rest/public_address.py", "ground/entrance.py", "ground/wire.py"]


def test_every_field_and_address_says_how_sure_we_are_of_it() -> None:
    assert len(RESOURCES) >= 20
    assert len({resource.path for resource in RESOURCES}) == len(RESOURCES)
    for resource in RESOURCES:
        assert resource.fact.source
        assert all(field.fact.source for field in resource.fields)
        assert len({field.name for field in resource.fields}) == len(resource.fields)
