"""The module Granian loads: `rp.serve:app`, the registry that settings and environment describe, and `rp.serve:plain`."""

import os
from functools import partial

from ground.entrance import make_redirector
from ground.jobs import keep_running
from rp.access import retention
from rp.access.heads import keeper_of
from rp.app import create_app, is_for_programs, run_due_jobs
from rp.documents.sweeping import sweep
from rp.realm import Realm, open_realm
from rp.settings import read_settings

JOB_THREADS = 3
"""A relay of mail that does not answer holds one, a text for everybody another; a code by SMS must not wait for them."""


def keep_house(realm: Realm) -> None:
    """From now on do what is due, and keep the heads of the journal."""
    retention.plan(realm)
    sweep(realm)
    keep_running(partial(run_due_jobs, realm), threads=JOB_THREADS)
    keeper_of(realm).start()


def __getattr__(name: str) -> object:
    if name == "app":
        realm = open_realm(*read_settings(os.environ))
        app = create_app(realm)
        keep_house(realm)
        return app
    if name == "plain":
        return make_redirector(read_settings(os.environ)[0].url, is_for_programs)
    raise AttributeError(name)
