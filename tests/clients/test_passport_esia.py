"""The npm client passport-esia, the one that attaches the text to its signature: it gets its code.

That is all it gets anywhere: its token call carries neither `scope` nor `client_secret`, because the library that it is built
on (oauth) writes the shared secret, which it has not, over the signature. A provider that answered it would check nothing.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.clients.esia_stand import CALLBACK, arrive, register
from tests.clients.talking import talking
from tests.house import parameters_of
from tests.idp.esia.system import payload_of
from tests.node_packages import node_with_packages
from tests.started import Started

FOLDER = Path(__file__).parent / "passport_esia"
EASTERN = {0: "Etc/GMT-6", 1: "UTC", 2: "UTC", 3: "Etc/GMT-12"}
"""By quarter of the day: where the hour is neither 24, which the library writes at midnight, nor west of Greenwich, whose minus
it forgets."""


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with Started(tmp_path_factory.mktemp("passport") / "home") as started:
        yield started


@pytest.mark.node
def test_c02_passport_esia_is_given_a_code(stand: Started, tmp_path: Path) -> None:
    files = register(stand, tmp_path, "LIBRARY")
    node, modules = node_with_packages(FOLDER)
    about = (stand.announced["issuer"], files.client_id, files.certificate, files.key, CALLBACK, "fullname email")
    zone = EASTERN[datetime.now(UTC).hour // 6]
    with talking([node, modules.parent / "drive.cjs", *about], TZ=zone) as library:
        came = parameters_of(arrive(library.say({})["url"]))
        assert payload_of(came["code"])["urn:esia:client:state"] == came["state"]
        refused = library.say(came)
    assert refused["error"] == "TokenError"
    assert refused["cause"].startswith("ESIA-007014: ")
