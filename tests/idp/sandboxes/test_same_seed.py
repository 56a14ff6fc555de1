"""One seed, and the same things happen in the same words: in two processes, on different days."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from idp.keyring import rotation
from idp.keyring.published import describe_keys
from idp.sandboxes.opened import OpenedSandboxes
from idp.seed import start_over
from tests.house import ROOT
from tests.idp.sandboxes import same_story
from tests.idp.sandboxes.conftest import MakeSandbox
from tests.idp.stand import Stand

SCRIPT = """
import json, sys
from pathlib import Path
from tests.idp.sandboxes.same_story import tell
print(json.dumps(tell(Path(sys.argv[1]), day=int(sys.argv[2]), seed=sys.argv[3])))
"""


def tell(provider_home: Path, folder: Path, *, day: int, seed: str) -> dict[str, object]:
    """The story as another process tells it."""
    home = folder / f"home-{day}-{seed}"
    shutil.copytree(provider_home, home, symlinks=True)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(home), str(day), seed], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    story: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return story


def test_same_seed_and_same_requests_give_the_same_keys_codes_tokens_and_journal_in_two_processes_on_different_days(
    provider_home: Path, tmp_path: Path, rsa_pool: Path
) -> None:
    first = tell(provider_home, tmp_path, day=0, seed="spring")
    second = tell(provider_home, tmp_path, day=40, seed="spring")
    assert first == second
    shutil.copytree(provider_home, tmp_path / "autumn", symlinks=True)
    other = same_story.tell(tmp_path / "autumn", day=0, seed="autumn")
    for name in ("keys", "codes", "id_token", "access_token", "sms", "client_id", "client_secret", "citizens", "journal"):
        assert first[name] != other[name], name


def test_two_workers_of_one_seeded_sandbox_never_draw_alike(make_sandbox: MakeSandbox) -> None:
    sandbox = make_sandbox(seed="spring")
    other = OpenedSandboxes(sandbox.stand.realm)
    one, two = sandbox.realm, other.find(sandbox.id)
    assert two is not None and two is not one
    draws = [realm.chance.draw("purpose", 16) for realm in (one, two, one, two)]
    assert len(set(draws)) == 4
    other.close_all()


def test_a_draw_inside_a_transaction_belongs_to_it(make_sandbox: MakeSandbox) -> None:
    realm = make_sandbox(seed="spring").realm
    with realm.database.write() as connection:
        lost = realm.chance.draw("purpose", 16)
        connection.rollback()
    assert realm.chance.draw("purpose", 16) == lost
    with realm.database.write():
        kept = realm.chance.draw("purpose", 16)
    assert realm.chance.draw("purpose", 16) not in (lost, kept)


def test_without_a_seed_nothing_repeats(make_sandbox: MakeSandbox) -> None:
    one, other = make_sandbox(now=Stand.START), make_sandbox(now=Stand.START)
    assert one.sign_in()["code"] != other.sign_in()["code"]


def test_reset_brings_back_every_draw_but_those_of_keys(make_sandbox: MakeSandbox) -> None:
    """A key that was drawn a second time would stand twice in the key set, under one `kid`."""
    realm = make_sandbox(seed="spring", now=Stand.START).realm
    with realm.database.write() as connection:
        start_over(realm, connection)
        before = realm.chance.draw("purpose", 16)
    with realm.database.write() as connection:
        start_over(realm, connection)
        assert realm.chance.draw("purpose", 16) == before
    rotation.rotate(realm, ("ES256", "EdDSA"), actor="operator:test")
    kids = [kid for kid, _, _ in describe_keys(realm)]
    assert len(set(kids)) == len(kids) == 2 + len(rotation.algorithms_here())
