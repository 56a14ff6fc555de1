"""The list of the kinds of request, in the order pages show them. A new kind is one line here."""

from rp.requests.kind import RequestKind
from rp.requests.kinds.certificate import CERTIFICATE
from rp.requests.kinds.child import CHILD
from rp.requests.kinds.correction import CORRECTION
from rp.requests.kinds.deletion import FULL_DELETION, RECORD_DELETION
from rp.requests.kinds.identity import IDENTITY
from rp.requests.kinds.test import TEST
from rp.requests.kinds.vaccination import VACCINATION
from rp.requests.kinds.vaccination_proof import VACCINATION_PROOF

KINDS: tuple[RequestKind, ...] = (
    TEST,
    VACCINATION,
    CERTIFICATE,
    CHILD,
    CORRECTION,
    IDENTITY,
    VACCINATION_PROOF,
    RECORD_DELETION,
    FULL_DELETION,
)
BY_NAME = {kind.name: kind for kind in KINDS}
