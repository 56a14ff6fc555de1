"""The law as pure functions: what OAuth 2.0 and OpenID Connect allow, without a framework, a database or a clock of
their own. Everything here is handed values and gives back a value or a named error."""
