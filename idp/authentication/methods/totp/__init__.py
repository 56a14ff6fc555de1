"""The code of an authenticator application. Owns the table of sealed secrets and the last step that was accepted of each."""
