"""The drivers of all methods, in their order."""

from tests.suites.sign_in_methods import bank, codes, passkey, password, push, qr, signature, totp
from tests.suites.sign_in_methods.driver import Driver

DRIVERS: tuple[Driver, ...] = (
    password.DRIVER,
    *codes.DRIVERS,
    totp.DRIVER,
    push.DRIVER,
    passkey.DRIVER,
    signature.DRIVER,
    qr.DRIVER,
    bank.DRIVER,
)
