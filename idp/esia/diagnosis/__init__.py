"""Why a request of the ESIA dialect was refused, worked out from its stored bytes when somebody asks.

ESIA answers ESIA-007005 or ESIA-007053 to every mistake in a signature and never says which. Here every mistake that
integrators are known to make is a `Kind`, and a signature is tried against the texts that they are known to sign. Nothing of
this runs before an answer, and no answer on the wire says more because of it. Where nothing fits, that is what is said: an
unknown cause never comes with a guess.

`gather.case_of` collects what is known of a stored request, `judge.judge` finds the causes, `telling` makes words of them.
"""
