"""The one file that any Python can run: it says that this one is too old."""

import sys

NEEDED = (3, 11)


def complaint(version_info):  # type: ignore[no-untyped-def]
    """Say in one sentence that this Python is too old; None when it is not. No annotations: Python 2 reads this."""
    if tuple(version_info[:2]) >= NEEDED:
        return None
    this = ".".join(str(part) for part in version_info[:3])
    return "Python 3.11 or newer is needed; this is " + this + " (" + sys.executable + ")."


def refuse_old_python():  # type: ignore[no-untyped-def]
    """Leave with the sentence and exit status 1 when this Python is too old."""
    sentence = complaint(sys.version_info)  # type: ignore[no-untyped-call]
    if sentence is not None:
        sys.exit(sentence)
