"""The drivers of all methods, in their order."""

from tests.suites.sign_in_methods import codes, password, signature

DRIVERS = (password.DRIVER, *codes.DRIVERS, signature.DRIVER)
