"""A sandbox has a GOST key of its own, made without a process, and a seed gives the same one every time."""

import subprocess
from typing import Any

import pytest

from idp.keyring import rotation
from idp.keyring.certificates import certificate_of
from idp.keyring.gost import GOST_ALGORITHM
from idp.keyring.private import ring_of
from idp.sandboxes import making
from tests.idp.sandboxes.conftest import MakeSandbox
from tests.idp.sandboxes.sandbox import Sandbox
from tests.idp.stand import Stand


def kid(sandbox: Sandbox) -> str:
    return ring_of(sandbox.realm).signing_key(GOST_ALGORITHM).kid


def test_seed_gives_the_same_key_every_time_and_also_the_next(make_sandbox: MakeSandbox) -> None:
    one = make_sandbox(seed="spring", sandbox_id="one", now=Stand.START)
    other = make_sandbox(seed="spring", sandbox_id="other", now=Stand.START)
    stranger = make_sandbox(seed="autumn", now=Stand.START)
    assert kid(one) == kid(other) != kid(stranger)
    for sandbox in (one, other):
        rotation.rotate(sandbox.realm, (GOST_ALGORITHM,), actor="operator:test")
    assert kid(one) == kid(other)


def test_without_a_seed_no_two_sandboxes_share_a_key(make_sandbox: MakeSandbox) -> None:
    assert kid(make_sandbox()) != kid(make_sandbox())


def test_snapshot_brings_key_and_certificate_back(make_sandbox: MakeSandbox) -> None:
    sandbox = make_sandbox()
    main = sandbox.stand.realm
    before = kid(sandbox), certificate_of(sandbox.realm, GOST_ALGORITHM)
    making.keep(main, sandbox.id, "before")
    rotation.rotate(sandbox.realm, (GOST_ALGORITHM,), actor="operator:test")
    assert kid(sandbox) != before[0]
    making.restore(main, sandbox.id, "before")
    assert (kid(sandbox), certificate_of(sandbox.realm, GOST_ALGORITHM)) == before


def test_sandbox_is_made_without_a_process(make_sandbox: MakeSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("a process was begun")

    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    sandbox = make_sandbox()
    assert len(ring_of(sandbox.realm).signing_key(GOST_ALGORITHM).sign(b"text")) == 64
