"""The ESIA dialect: faces over the same interaction, consent, tokens and people as the standard endpoints.

Owns the paths of ESIA (/aas/oauth2/…, /rs/…, /idp/ext/Logout, /public/esia.zip) and what only that dialect does. Not the law
of the dialect, which is in `protocol.esia`, and no second way to sign in.
"""
