"""The drivers of all methods, in their order."""

from tests.suites.sign_in_methods import bank, codes, passkey, password, push, qr, totp
from tests.suites.sign_in_methods.driver import Driver

DRIVERS: tuple[Driver, ...] = (
    password.DRIVER,
    *codes.DRIVERS,
    totp.DRIVER,
    push.DRIVER,
    passkey.DRIVER,
    qr.DRIVER,
    bank.DRIVER,
)
