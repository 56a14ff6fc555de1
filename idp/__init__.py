"""The identity provider: standard OpenID Connect for anyone who runs it on their own machine."""
