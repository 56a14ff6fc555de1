"""A file written anew by a child process that may do nothing but that: what is in our hands afterwards was made by us.

The child has little memory, little time, no file, no network and nothing of ours (`cleaning_child`). Whatever a file does to
it, breaks it off, or keeps it busy, is a refusal and nothing worse.
"""

import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from rp.documents.cleaning_child import REFUSED
from rp.documents.judging import Kind
from rp.documents.refusals import UploadRefused
from rp.documents.signatures import SIGNATURES

PIECE_BYTES = 64 * 1024
CHILD = Path(__file__).with_name("cleaning_child.py")
WORDS = frozenset({"broken", "infected", "large", "locked"})
"""What the child may say; whatever else ends it is a file that is broken."""


@dataclass(frozen=True)
class Limits:
    """What a child may use. A picture of so many points needs eight bytes of memory for each."""

    pixels: int = 40_000_000
    memory_bytes: int = 512 * 1024 * 1024
    processor_seconds: int = 10
    seconds: float = 20.0
    most_bytes: int = 64 * 1024 * 1024


LIMITS = Limits()
_AT_ONCE = threading.BoundedSemaphore(2)
"""Children of one worker at a time: what they may use together has an end too."""


def clean(content: bytes, kind: Kind, limits: Limits = LIMITS) -> bytes:
    """The same document without anything that acts or hides. Raises UploadRefused."""
    signatures = [signature.content.hex() for signature in SIGNATURES] if kind is Kind.PDF else []
    numbers = (limits.pixels, limits.memory_bytes, limits.processor_seconds)
    command = [sys.executable, "-I", "-B", str(CHILD), kind, *map(str, numbers), *signatures]
    with _AT_ONCE, _started(command) as child:
        cleaned, said = _talk(child, content, limits)
    if child.returncode == REFUSED and said in WORDS:
        raise UploadRefused(said)
    if child.returncode != 0 or not cleaned or len(cleaned) > limits.most_bytes:
        raise UploadRefused("broken")
    return cleaned


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, cwd="/", env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, close_fds=True
    )


def _talk(child: subprocess.Popen[bytes], content: bytes, limits: Limits) -> tuple[bytes, str]:
    """Hand the file over and take what comes, for as long and as much as the limits say."""
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    feeding = threading.Thread(target=_feed, args=(child, content), daemon=True)
    clock = threading.Timer(limits.seconds, child.kill)
    feeding.start()
    clock.start()
    try:
        cleaned = _taken(child.stdout, limits.most_bytes)
        if len(cleaned) > limits.most_bytes:
            child.kill()
        said = child.stderr.read(100).decode("ascii", "replace")
        child.wait()
    finally:
        clock.cancel()
        child.kill()
        feeding.join()
    return cleaned, said


def _taken(stream: IO[bytes], most_bytes: int) -> bytes:
    """What comes, and one piece at most beyond what may come. Asked for all at once, it would have the memory of all."""
    taken = BytesIO()
    while taken.tell() <= most_bytes and (piece := stream.read(PIECE_BYTES)):
        taken.write(piece)
    return taken.getvalue()


def _feed(child: subprocess.Popen[bytes], content: bytes) -> None:
    assert child.stdin is not None
    with suppress(OSError):  # it may have ended already: its status says why
        child.stdin.write(content)
    with suppress(OSError):
        child.stdin.close()
