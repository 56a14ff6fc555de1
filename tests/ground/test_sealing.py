"""Sealing, blind indexes and the file of secrets."""

from pathlib import Path

import pytest

from ground.chance import SeededChance, SystemChance
from ground.sealing import SealBroken, Secrets, SecretsUnusable, Vault, load_secrets, make_secrets

ONE, TWO = b"1" * 32, b"2" * 32
PLACE = "citizens:17"


def vault(**masters: bytes) -> Vault:
    numbered = {int(name[1:]): master for name, master in masters.items()} or {1: ONE}
    return Vault(Secrets(numbered), SystemChance())


def test_what_is_sealed_opens_at_its_place() -> None:
    fields = {"name": "Вера", "list": [1, None], "empty": ""}
    assert vault().open_fields(PLACE, vault().seal_fields(PLACE, fields)) == fields


def test_same_value_sealed_twice_looks_different() -> None:
    assert vault().seal(PLACE, b"x") != vault().seal(PLACE, b"x")


@pytest.mark.parametrize("place", ["citizens:18", "citizens:1", "citizens:17 ", "outbox:17", ""])
def test_sealed_value_does_not_open_at_another_place(place: str) -> None:
    with pytest.raises(SealBroken):
        vault().open(place, vault().seal(PLACE, b"x"))


@pytest.mark.parametrize("position", [0, 1, 2, 13, 14, -1])
def test_sealed_value_with_one_bit_changed_does_not_open(position: int) -> None:
    sealed = bytearray(vault().seal(PLACE, b"value"))
    sealed[position] ^= 1
    with pytest.raises(SealBroken):
        vault().open(PLACE, bytes(sealed))


@pytest.mark.parametrize("length", [0, 1, 2, 13, 14, 29])
def test_cut_value_does_not_open(length: int) -> None:
    with pytest.raises(SealBroken):
        vault().open(PLACE, vault().seal(PLACE, b"value")[:length])


def test_new_master_seals_and_the_old_one_still_opens() -> None:
    old = vault(m1=ONE).seal(PLACE, b"old")
    both = vault(m1=ONE, m2=TWO)
    assert both.open(PLACE, old) == b"old"
    with pytest.raises(SealBroken):
        vault(m1=ONE).open(PLACE, both.seal(PLACE, b"new"))
    assert both.blind_index("phone", "x") == vault(m1=ONE).blind_index("phone", "x"), "rows go on being found"


def test_other_master_of_the_same_number_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        vault(m1=TWO).open(PLACE, vault(m1=ONE).seal(PLACE, b"x"))


def test_blind_index_is_equal_for_equal_values_of_one_field_and_one_key_only() -> None:
    index = vault().blind_index("phone", "+70000000017")
    assert index == vault().blind_index("phone", "+70000000017")
    others = [vault().blind_index("email", "+70000000017"), vault().blind_index("phone", "+70000000018")]
    others += [vault(m1=TWO).blind_index("phone", "+70000000017"), vault().blind_index("phone\0+7", "0000000017")]
    assert index not in others


def test_keys_for_two_purposes_have_nothing_in_common() -> None:
    secrets = Secrets({1: ONE, 2: TWO})
    keys = [secrets.derive("journal"), secrets.derive("csrf"), secrets.derive("seal", number=1), secrets.derive("seal", number=2)]
    assert len(set(keys)) == 4
    assert {len(key) for key in keys} == {32}


def test_secrets_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "secrets.json"
    make_secrets(path, SeededChance(b"a"))
    first = path.read_bytes()
    make_secrets(path, SeededChance(b"b"))
    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(load_secrets(path).masters[1]) == 32


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o777])
def test_op_14_secrets_that_others_can_touch_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secrets.json"
    make_secrets(path, SystemChance())
    path.chmod(mode)
    with pytest.raises(SecretsUnusable, match="chmod 600"):
        load_secrets(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "missing"),
        ("", "not a file of secrets"),
        ("[]", "not a file of secrets"),
        ("{}", "not a file of secrets"),
        ('{"masters": []}', "not a file of secrets"),
        ('{"masters": {"one": "AAAA"}}', "not a file of secrets"),
        ('{"masters": {"1": 5}}', "not a file of secrets"),
        ('{"masters": {"1": "!!!"}}', "not a file of secrets"),
        ('{"masters": {"0": "%s"}}' % ("A" * 43 + "="), "not a file of secrets"),
        ('{"masters": {"65536": "%s"}}' % ("A" * 43 + "="), "not a file of secrets"),
        ('{"masters": {}}', "32 bytes"),
        ('{"masters": {"1": "AAAAAAAAAAA="}}', "32 bytes"),
    ],
)
def test_op_14_file_that_is_not_ours_is_refused_in_one_sentence(tmp_path: Path, content: str | None, words: str) -> None:
    path = tmp_path / "secrets.json"
    if content is not None:
        path.write_text(content)
        path.chmod(0o600)
    with pytest.raises(SecretsUnusable, match=words) as refusal:
        load_secrets(path)
    assert "\n" not in str(refusal.value)
    assert "AAAA" not in str(refusal.value)
