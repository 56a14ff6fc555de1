"""The module that Granian loads: `idp.serve:application` and `idp.serve:plain`; and what a test stand serves besides.

Each is made at first use, so that the provider's workers never load the control plane. Sandboxes are added in test only.
Every worker of the provider also does the jobs that are due and keeps the heads of the journal, in threads of its own.
"""

import logging
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec

from ground.clock import SystemClock
from ground.entrance import make_redirector
from ground.jobs import keep_running
from ground.journal.keeping import HeadKeeper
from ground.wire import Wsgi
from idp import retention
from idp.app import is_for_programs, make_app, run_due_jobs
from idp.audit.heads import keeper_of
from idp.realm import Realm, open_realm
from idp.settings import read_settings

JOB_THREADS = 4
"""A client that does not answer holds one for eight seconds; the others must hear within five."""
SANDBOX_JOB_THREADS = 2

log = logging.getLogger(__name__)


def __getattr__(name: str) -> object:
    if name == "application":
        realm = open_realm(read_settings())
        keep_house(realm)
        return make_test_app(realm) if realm.settings.has_control and find_spec("idp.sandboxes") else make_app(realm)
    if name == "plain":
        return make_redirector(read_settings().issuer, is_for_programs)
    raise AttributeError(name)


def keep_house(realm: Realm) -> HeadKeeper:
    """From now on do what is due, and keep the heads of the journal. Whoever ends in good order stops the keeper."""
    retention.plan(realm)
    keep_running(partial(run_due_jobs, realm), threads=JOB_THREADS)
    keeper = keeper_of(realm)
    keeper.start()
    return keeper


def make_tended_control(realm: Realm) -> Wsgi:
    """The control plane of a test stand, which also looks after the sandboxes."""
    from idp.control.app import make_control  # nothing of the test stand is loaded where it is not asked for

    keep_running(partial(tend_sandboxes, realm), threads=1)
    return make_control(realm)


def tend_sandboxes(realm: Realm) -> int:
    """Throw away what has outlived its time, and have ready what the next is made of."""
    from idp.keyring import pool  # as above
    from idp.sandboxes import making, opened

    making.ensure_template(realm)
    return making.remove_expired(realm, SystemClock()) + pool.fill(opened.pool_of(realm.settings))


def run_jobs_of_sandboxes(sandboxes: Sequence[Realm]) -> int:
    """Do one job of each sandbox that owes any. One that breaks, or is thrown away at this moment, keeps no other waiting."""
    count = 0
    for sandbox in sandboxes:
        try:
            count += run_due_jobs(sandbox, limit=1)
        except Exception:
            if sandbox.settings.home.exists():
                log.exception("jobs of the sandbox %s cannot be run now", sandbox.name)
    return count


def make_test_app(realm: Realm) -> Wsgi:
    """The provider of a test stand: the main realm, and its sandboxes beside it."""
    from idp.sandboxes.mount import Mount  # as above
    from idp.sandboxes.opened import opened_by

    opened = opened_by(realm)
    keep_running(lambda: run_jobs_of_sandboxes(opened.realms()), threads=SANDBOX_JOB_THREADS)
    return make_app(realm, mount=lambda main, pages: Mount(main, pages, opened))
