"""The test certification authority: it certifies servers, so that a stand can be reached over TLS, and citizens, who sign.

These are two roots. That of servers owns `keys/authority` and `keys/<instance>/tls` and can vouch for test names and
loopback addresses only; that of citizens owns `keys/authority-signing` and can vouch for no host at all. Trusting either on
a developer's machine opens no door. Outside a test stand there is neither.
"""
