"""Approval on a telephone: a notice, three numbers, and an answer signed with the telephone's own key. Owns no table of its own:
devices and what they are asked are the business of `authentication/devices`."""
