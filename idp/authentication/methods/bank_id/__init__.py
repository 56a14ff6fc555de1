"""Signing in through a bank: we are its OpenID relying party, and believe it about the customers that people have linked."""
