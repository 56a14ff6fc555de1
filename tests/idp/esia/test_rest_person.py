"""What `/rs/prns/{oid}` and its collections tell: field by field, by scope, in the shapes that clients read."""

import re
from dataclasses import replace
from typing import Any

import pytest

from idp.citizens import directory
from tests.idp.esia.resources import ANNA, POND, Reader, organisation_oid, read_as
from tests.idp.esia.system import register_system
from tests.idp.stand import ISSUER, Stand

TAG = re.compile(r"[0-9A-F]{40}\Z")
SERVICE = {
    "stateFacts", "trusted", "updatedOn", "status", "verifying", "rIdDoc", "containsUpCfmCode", "kidAccCreatedByParent",
    "rfgUOperatorCheck", "eTag",
}  # fmt: skip
JEAN, GALINA = "EsiaTest007@yandex.ru", "EsiaTest004@yandex.ru"


@pytest.fixture(autouse=True)
def system(stand: Stand) -> None:
    register_system(stand)


def untagged(value: Any) -> Any:
    """A shape without what is worked out from it."""
    if isinstance(value, dict):
        return {name: untagged(each) for name, each in value.items() if name not in ("eTag", "id", "updatedOn")}
    return [untagged(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("scope", "fields"),
    [
        ("openid", set()),
        ("fullname", {"firstName", "lastName", "middleName"}),
        ("birthdate", {"birthDate"}),
        ("birthplace", {"birthPlace"}),
        ("gender", {"gender"}),
        ("snils", {"snils"}),
        ("inn", {"inn"}),
        ("id_doc", {"citizenship"}),
        ("self_employed", {"selfEmployed"}),
        ("email mobile contacts addresses vehicles usr_org", set()),
    ],
)
def test_scope_opens_its_fields_and_service_fields_stay(stand: Stand, scope: str, fields: set[str]) -> None:
    assert set(read_as(stand, scope=f"openid {scope}").person()) == SERVICE | fields


def test_person_in_the_shape_of_esia(stand: Stand) -> None:
    anna = read_as(stand, scope="openid fullname birthdate birthplace gender snils inn id_doc self_employed")
    told = anna.person()
    assert TAG.match(told.pop("eTag"))
    assert told == {
        "stateFacts": ["EntityRoot"],
        "firstName": "Анна",
        "lastName": "Кувшинкина",
        "middleName": "Ивановна",
        "birthDate": "01.02.1990",
        "birthPlace": "г. Выдуманск",
        "gender": "F",
        "trusted": True,
        "citizenship": "RUS",
        "snils": "000-000-600 01",
        "inn": "000000060105",
        "updatedOn": Stand.START,
        "status": "REGISTERED",
        "verifying": False,
        "rIdDoc": anna.person("/docs?embed=(elements)")["elements"][0]["id"],
        "containsUpCfmCode": False,
        "kidAccCreatedByParent": False,
        "rfgUOperatorCheck": False,
        "selfEmployed": {"confirmed": False},
    }


@pytest.mark.parametrize(("login", "is_trusted"), [(1, True), (2, False), (3, False), (8, True), (10, True)])
def test_only_a_confirmed_account_is_trusted(stand: Stand, login: int, is_trusted: bool) -> None:
    assert read_as(stand, f"EsiaTest{login:03}@yandex.ru").person()["trusted"] is is_trusted


def test_who_has_no_middle_name_snils_or_passport_has_no_such_field(stand: Stand) -> None:
    told = read_as(stand, "EsiaTest003@yandex.ru", "openid fullname snils inn id_doc birthplace").person()
    assert set(told) == (SERVICE - {"rIdDoc"}) | {"firstName", "lastName", "middleName"}
    foreigner = read_as(stand, "EsiaTest008@yandex.ru", "openid fullname id_doc").person("?embed=(documents.elements)")
    assert "middleName" not in foreigner
    assert (foreigner["citizenship"], [each["type"] for each in foreigner["documents"]["elements"]]) == ("XXX", ["FID_DOC"])
    assert foreigner["rIdDoc"] == foreigner["documents"]["elements"][0]["id"]


def test_contacts_in_the_shape_of_esia(stand: Stand) -> None:
    told = read_as(stand, scope="openid contacts").person("/ctts?embed=(elements)")
    assert untagged(told) == {
        "stateFacts": ["hasSize"],
        "size": 2,
        "elements": [
            {"stateFacts": ["Identifiable"], "type": "MBT", "vrfStu": "VERIFIED", "value": "+7(000)0000601"},
            {"stateFacts": ["Identifiable"], "type": "EML", "vrfStu": "VERIFIED", "value": ANNA},
        ],
    }
    for scope, types in (("mobile", ["MBT"]), ("email", ["EML"]), ("email mobile", ["MBT", "EML"])):
        elements = read_as(stand, scope=f"openid {scope}").person("/ctts?embed=(elements)")["elements"]
        assert [each["type"] for each in elements] == types
    unverified = read_as(stand, "EsiaTest010@yandex.ru", "openid contacts").person("/ctts?embed=(elements)")["elements"]
    assert [each["vrfStu"] for each in unverified] == ["VERIFIED", "NOT_VERIFIED"]


def test_addresses_in_the_shape_of_esia(stand: Stand) -> None:
    living, registered = read_as(stand, scope="openid addresses").person("/addrs?embed=(elements)")["elements"]
    assert untagged(living) == {
        "stateFacts": ["Identifiable"],
        "type": "PLV",
        "addressStr": "Тестовая область, г. Выдуманск, ул. Учебная, д. 1, кв. 2",
        "fiasCode": "00000000-0000-0000-0000-000000000601",
        "countryId": "RUS",
        "zipCode": "000000",
        "region": "Тестовая",
        "district": "",
        "city": "Выдуманск",
        "settlement": "",
        "street": "Учебная",
        "area": "",
        "additionArea": "",
        "additionAreaStreet": "",
        "house": "1",
        "building": "",
        "frame": "",
        "flat": "2",
        "vrfDdt": "0,0,0",
    }
    assert registered["type"] == "PRG"


def test_document_follows_of_the_plain_fields_where_nothing_else_is_said(stand: Stand) -> None:
    vera = read_as(stand, "vera@example.test", "openid id_doc medical_doc addresses")
    passport, policy = vera.person("/docs?embed=(elements)")["elements"]
    assert untagged(passport) == {
        "stateFacts": ["EntityRoot"],
        "type": "RF_PASSPORT",
        "vrfStu": "VERIFIED",
        "series": "0000",
        "number": "000017",
        "issueDate": "01.03.2010",
        "fmsValid": True,
    }
    assert (policy["type"], policy["number"]) == ("MDCL_PLCY", "0000000000000174")
    (address,) = vera.person("/addrs?embed=(elements)")["elements"]
    assert (address["type"], address["addressStr"]) == ("PRG", "г. Москва, Учебный проезд, дом 17")


@pytest.mark.parametrize(
    ("scope", "types"),
    [
        ("id_doc", ["RF_PASSPORT", "FID_DOC"]),
        ("drivers_licence_doc", ["RF_DRIVING_LICENSE"]),
        ("military_doc", ["MLTR_ID"]),
        ("foreign_passport_doc", ["FRGN_PASS"]),
        ("medical_doc", ["MDCL_PLCY"]),
        ("birth_cert_doc", ["BRTH_CERT", "RF_BRTH_CERT", "FID_BRTH_CERT", "OLD_BRTH_CERT", "KID_RF_BRTH_CERT"]),
        ("residence_doc", ["RSDNC_PERMIT"]),
        ("temporary_residence_doc", ["RFG_CERT", "CERT_REG_IMM"]),
        ("id_doc inn snils", ["RF_PASSPORT", "FID_DOC", "INN", "SNILS"]),
    ],
)
def test_scope_opens_documents_of_its_types(stand: Stand, scope: str, types: list[str]) -> None:
    jean = read_as(stand, JEAN, f"openid {scope}")
    elements = jean.person("/docs?embed=(elements)")["elements"]
    assert [each["type"] for each in elements] == types
    ids = [each["id"] for each in elements]
    assert all(type(number) is int for number in ids) and len(set(ids)) == len(ids)
    assert [jean.person(f"/docs/{number}") for number in ids] == elements


def test_documents_have_the_extras_of_their_types(stand: Stand) -> None:
    jean = read_as(stand, JEAN, "openid foreign_passport_doc medical_doc birth_cert_doc")
    told = {each["type"]: each for each in jean.person("/docs?embed=(elements)")["elements"]}
    assert (told["FRGN_PASS"]["lastName"], told["FRGN_PASS"]["expiryDate"]) == ("IVNYAKOV", "05.05.2031")
    assert {"medicalOrg", "omsNumber", "unitedNumber"} <= told["MDCL_PLCY"].keys()
    assert (told["BRTH_CERT"]["actNo"], told["BRTH_CERT"]["actDate"]) == ("607", "20.07.1995")


def test_vehicles_in_the_shape_of_esia(stand: Stand) -> None:
    told = read_as(stand, scope="openid vehicles").person("/vhls?embed=(elements)")
    assert untagged(told["elements"][0]) == {
        "stateFacts": ["Identifiable"],
        "name": "Легковой",
        "numberPlate": "А000АА00",
        "regCertificate": {"series": "00АА", "number": "000601"},
    }
    assert read_as(stand, JEAN, "openid vehicles").person("/vhls")["size"] == 0


def test_roles_in_the_shape_of_esia(stand: Stand) -> None:
    head = read_as(stand, "EsiaTest005@yandex.ru", "openid usr_org")
    told = head.person("/roles")
    assert told["size"] == 2
    pond = organisation_oid(stand, POND)
    assert told["elements"][0] == {
        "oid": pond,
        "prnOid": head.oid,
        "fullName": "Общество с ограниченной ответственностью «Учебный пруд»",
        "shortName": "ООО «Учебный пруд»",
        "ogrn": "1000000006511",
        "type": "LEGAL",
        "branchName": "",
        "branchOid": None,
        "chief": True,
        "admin": True,
        "phone": "",
        "email": "",
        "active": True,
        "hasRightOfSubstitution": True,
        "hasApprovalTabAccess": False,
        "isLiquidated": False,
    }
    assert (told["elements"][1]["type"], told["elements"][1]["chief"]) == ("AGENCY", False)
    worker = read_as(stand, "EsiaTest006@yandex.ru", "openid usr_org")
    assert [each["chief"] for each in worker.person("/roles")["elements"]] == [False]
    assert worker.person("/orgs")["elements"] == [f"{ISSUER}/rs/orgs/{pond}"]
    assert worker.person("/orgs?embed=(elements)")["elements"] == worker.person("/roles")["elements"]


def children_of(reader: Reader, query: str = "?embed=(elements)") -> list[dict[str, Any]]:
    """The children by name: they were entered in one second."""
    elements: list[dict[str, Any]] = reader.person(f"/kids{query}")["elements"]
    return sorted(elements, key=lambda child: child["lastName"])


KID = "kid_fullname kid_birthdate kid_gender kid_snils kid_inn kid_birth_cert_doc kid_medical_doc"


def test_children_are_told_of_by_their_own_scopes(stand: Stand) -> None:
    son, daughter = children_of(read_as(stand, GALINA, f"openid {KID}"))
    assert untagged(son) == {
        "stateFacts": ["Identifiable"],
        "lastName": "Осокин",
        "firstName": "Денис",
        "middleName": "Павлович",
        "birthDate": "03.03.2019",
        "gender": "M",
        "snils": "000-000-600 61",
        "inn": "000000061155",
        "status": "REGISTERED",
    }
    assert "snils" not in daughter
    named = children_of(read_as(stand, GALINA, "openid kid_fullname"))[0]
    assert not {"birthDate", "gender", "snils", "inn"} & named.keys()


def test_documents_of_children(stand: Stand) -> None:
    galina = read_as(stand, GALINA, f"openid {KID}")
    son = children_of(galina)[0]
    told = galina.person(f"/kids/{son['id']}/docs?embed=(elements)")["elements"]
    assert [(each["type"], each["series"], each["number"]) for each in told[:1]] == [("RF_BRTH_CERT", "I-АА", "000611")]
    assert [each["type"] for each in told] == ["RF_BRTH_CERT", "MDCL_PLCY"]
    assert children_of(galina, "?embed=(elements,documents.elements)")[0]["documents"]["elements"] == told
    only_policy = read_as(stand, GALINA, "openid kid_medical_doc")
    assert [each["type"] for each in only_policy.person(f"/kids/{son['id']}/docs?embed=(elements)")["elements"]] == ["MDCL_PLCY"]


def test_elements_are_addresses_that_lead_to_what_is_embedded(stand: Stand) -> None:
    jean = read_as(stand, JEAN, f"openid contacts addresses id_doc vehicles {KID}")
    for name in ("ctts", "addrs", "docs", "vhls", "kids"):
        listed, embedded = jean.person(f"/{name}"), jean.person(f"/{name}?embed=(elements)")
        assert (listed["size"], listed["eTag"]) == (embedded["size"], embedded["eTag"])
        assert all(address.startswith(f"{ISSUER}/rs/prns/{jean.oid}/{name}/") for address in listed["elements"])
        assert [jean.ask(address).json() for address in listed["elements"]] == embedded["elements"]


@pytest.mark.parametrize("version", ["", "-1"])
def test_collections_are_put_into_the_person(stand: Stand, version: str) -> None:
    reader = read_as(stand, scope="openid fullname contacts addresses id_doc vehicles usr_org")
    names = ("contacts", "addresses", "documents", "vehicles", "organizations")
    told = reader.person(f"?embed=({','.join(f'{name}.elements{version}' for name in names)})")
    assert {name: told[name]["size"] for name in names} == {
        "contacts": 2, "addresses": 2, "documents": 1, "vehicles": 2, "organizations": 0,
    }  # fmt: skip
    assert told["contacts"] == reader.person("/ctts?embed=(elements)")
    narrow = read_as(stand, scope="openid fullname").person("?embed=(contacts.elements,documents.elements)")
    assert not {"contacts", "documents"} & narrow.keys()


@pytest.mark.parametrize("query", ["", "?embed=()", "?embed=", "?embed=(nothing.elements)", "?embed=%28%29", "?a=b&a=b"])
def test_empty_and_unknown_embed_is_no_embed(stand: Stand, query: str) -> None:
    reader = read_as(stand)
    assert reader.person(query) == reader.person()


def test_double_slash_accept_with_a_schema_and_an_encoded_question_mark_are_tolerated(stand: Stand) -> None:
    reader = read_as(stand, scope="openid vehicles")
    assert reader.person("//vhls") == reader.person("/vhls")
    schema = 'application/json; schema="https://host/rs/model/prn/Person-1"'
    assert reader.ask(f"/rs/prns/{reader.oid}", Accept=schema).json() == reader.person()
    assert reader.person("/vhls%3Fembed=(elements)") == reader.person("/vhls?embed=(elements)")


def tag_of(reader: Reader, path: str = "") -> str:
    answer = reader.ask(f"/rs/prns/{reader.oid}{path}")
    assert answer.headers["ETag"] == f'"{answer.json()["eTag"]}"'
    return str(answer.json()["eTag"])


def test_tag_changes_when_the_content_does(stand: Stand) -> None:
    reader = read_as(stand, scope="openid fullname vehicles")
    before = {path: tag_of(reader, path) for path in ("", "/vhls", "/vhls?embed=(elements)")}
    assert all(TAG.match(tag) for tag in before.values())
    assert {path: tag_of(reader, path) for path in before} == before
    with stand.realm.database.write() as connection:
        person = directory.find(stand.realm, connection, reader.citizen_id)
        assert person is not None and person.data.esia is not None
        data = replace(person.data, given_name="Алла", esia={**person.data.esia, "vehicles": []})
        directory.change(stand.realm, connection, replace(person, data=data), actor="operator:test")
    assert all(tag_of(reader, path) != tag for path, tag in before.items())
