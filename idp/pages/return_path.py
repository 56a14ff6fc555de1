"""Where somebody goes when a page has done with them: one of our own pages, whatever the address says (security.md, SE-18)."""

import re

OWN = re.compile(
    r"/(?:account(?:/[a-z]+)*|(?:sign-in|oauth2/continue)/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\Z",
    re.ASCII,
)
ACCOUNT = "/account"


def own_path(text: str) -> str:
    """The path, if it is that of the account, of a sign-in or of a request that waits; of anything else the account's."""
    return text if OWN.match(text) else ACCOUNT
