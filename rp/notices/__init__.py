"""What the registry tells people: news of what they asked for, recommendations, and changes of protocols.

Owns who is told of what and where (`choices`), the inbox of the cabinet, and what is published for everybody. It knows no
page; whoever has decided something calls `tell` in the transaction of the decision. Letters and SMS leave by the outbox of the
realm, and hold nothing about anybody's health.
"""

from rp.notices.telling import tell

__all__ = ["tell"]
