"""Every way to sign in, as one tuple. Their order is the order in which they are asked for."""

from idp.authentication.method import Method
from idp.authentication.methods.one_time_code.method import OneTimeCodeMethod
from idp.authentication.methods.password.method import PasswordMethod

METHODS: tuple[Method, ...] = (PasswordMethod(), OneTimeCodeMethod())
