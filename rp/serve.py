"""The module Granian loads: the registry that settings and environment describe."""

import os

from rp.app import create_app
from rp.realm import open_realm
from rp.settings import read_settings

app = create_app(open_realm(*read_settings(os.environ)))
