"""The reference client signs what the protocol says: its worked strings (2.2), and its sizes (2.3)."""

import re

import pytest

from tests.idp.esia.keys import program
from tests.idp.esia.signing import SPELLINGS, V1_WAYS, V2_WAYS, own_identities
from tests.idp.esia.system import register_system, streebog_hash, timestamp
from tests.idp.stand import Stand

TEXT = b"openid fullname2026.11.22 20:15:53 +0000TESTIS7648d7bd-6369-4073-b545-90250f68025e"


@pytest.mark.parametrize("way", V1_WAYS)
def test_every_message_of_v1_is_good_to_openssl(way: str) -> None:
    message = V1_WAYS[way](own_identities(), TEXT)
    arguments = ("cms", "-verify", "-inform", "DER", "-in", "message", "-content", "text", "-noverify", "-binary")
    ended = program()(*arguments, message=message, text=TEXT)
    assert ended.returncode == 0, ended.stderr.decode()


def test_raw_signatures_have_the_sizes_that_were_measured() -> None:
    identities = own_identities()
    signature = V2_WAYS["gost"](identities, TEXT)
    assert [len(SPELLINGS[name](signature)) for name in ("unpadded", "padded", "standard")] == [86, 88, 88]
    assert len(V2_WAYS["gost program"](identities, TEXT)) == len(signature) == 64


def test_hash_of_a_certificate_is_64_upper_case_digits() -> None:
    assert re.fullmatch(r"[0-9A-F]{64}", streebog_hash(own_identities().gost.der))


def test_timestamp_is_written_in_any_zone() -> None:
    assert timestamp(1_795_378_553) == "2026.11.22 20:15:53 +0000"
    assert timestamp(1_795_378_553, zone="+0300") == "2026.11.22 23:15:53 +0300"
    assert timestamp(1_795_378_553, zone="-0330") == "2026.11.22 16:45:53 -0330"


def test_system_stands_in_the_list_with_both_certificates(stand: Stand) -> None:
    register_system(stand)
    rows = stand.rows("SELECT streebog_hash FROM client_certificates WHERE client_id = 'TESTIS'")
    identities = own_identities()
    assert {row[0] for row in rows} == {streebog_hash(identities.rsa.der), streebog_hash(identities.gost.der)}
