"""Electronic signature: a text that is asked once, signed with the certificate of whoever signs in."""
