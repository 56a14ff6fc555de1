"""The drivers of all methods, in their order."""

from tests.suites.sign_in_methods import bank, codes, passkey, password, signature
from tests.suites.sign_in_methods.driver import Driver

DRIVERS: tuple[Driver, ...] = (
    password.DRIVER,
    *codes.DRIVERS,
    passkey.DRIVER,
    signature.DRIVER,
    bank.DRIVER,
)
