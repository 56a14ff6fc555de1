"""Every way to sign in, as one tuple. Their order is the order in which they are offered."""

import sys
from pathlib import Path

from idp.authentication.method import Method
from idp.authentication.methods.bank_id.method import BankIdMethod
from idp.authentication.methods.e_signature.method import SignatureMethod
from idp.authentication.methods.one_time_code.channels import EMAIL, SMS
from idp.authentication.methods.one_time_code.method import OneTimeCodeMethod
from idp.authentication.methods.password.method import PasswordMethod
from idp.authentication.methods.push.method import PushMethod
from idp.authentication.methods.qr_login.method import QrMethod
from idp.authentication.methods.totp.method import TotpMethod
from idp.authentication.methods.webauthn.method import PasskeyMethod

METHODS: tuple[Method, ...] = (
    PasswordMethod(),
    OneTimeCodeMethod(SMS),
    OneTimeCodeMethod(EMAIL),
    TotpMethod(),
    PushMethod(),
    PasskeyMethod(),
    SignatureMethod(),
    QrMethod(),
    BankIdMethod(),
)


def folder_of(method: Method) -> Path:
    """Where everything of a method lies, its pages too."""
    return Path(sys.modules[type(method).__module__].__file__ or "").parent
