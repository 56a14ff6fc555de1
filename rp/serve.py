"""The module Granian loads: `rp.serve:app`, the registry that settings and environment describe, and `rp.serve:plain`."""

import os

from ground.entrance import make_redirector
from rp.app import create_app, is_for_programs
from rp.realm import open_realm
from rp.settings import read_settings


def __getattr__(name: str) -> object:
    if name == "app":
        return create_app(open_realm(*read_settings(os.environ)))
    if name == "plain":
        return make_redirector(read_settings(os.environ)[0].url, is_for_programs)
    raise AttributeError(name)
