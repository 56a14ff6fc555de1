"""The test certification authority. For now it certifies servers, so that a stand can be reached over TLS.

It owns `keys/authority` (its root, and the key nobody else may read) and `keys/<instance>/tls` (what each server shows).
Its root can vouch for test names and loopback addresses only, so trusting it on a developer's machine opens no door.
"""
