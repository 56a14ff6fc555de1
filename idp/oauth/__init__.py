"""The standard endpoints of OAuth 2.0 and OpenID Connect, on Authlib's framework-free core.

Authorization and logout are pages; token, userinfo, introspection and registration are plain functions from a request to
a response, which the front calls without Flask. Authlib is imported here and nowhere else in the provider.
"""
