"""The module that Granian loads: `idp.serve:application`, `idp.serve:plain`, and on a test stand `idp.serve:control`.

Each is made at first use, so that the provider's workers never load the control plane. Floor 9 is added in test only.
"""

from ground.entrance import make_redirector
from idp.app import HOT_ENDPOINTS, make_app
from idp.realm import open_realm
from idp.settings import read_settings


def __getattr__(name: str) -> object:
    if name == "application":
        return make_app(open_realm(read_settings()))
    if name == "plain":
        return make_redirector(read_settings().issuer, HOT_ENDPOINTS.__contains__)
    if name == "control":
        from idp.control.app import make_control  # the control plane must not exist where it is not asked for

        return make_control(open_realm(read_settings()))
    raise AttributeError(name)
