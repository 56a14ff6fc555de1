"""Electronic signatures as pure functions: was this text signed, by whom, and may that signature be believed?

`detached_signature.verify` asks it of people, whose certificates an authority issued; behind it stand two back ends, `classic`
(RSA, EC, EdDSA) and `gost`. `registered` asks it of systems of the ESIA dialect, whose certificates somebody registered.
Nothing here knows a framework, a database or a clock of its own, and nothing is ever fetched: certificates to trust, lists
of revoked ones and the moment are handed in.
"""
