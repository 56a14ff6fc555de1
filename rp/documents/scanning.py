"""ClamAV's word about a file, where the settings name a socket of clamd. Its protocol is INSTREAM: pieces with their length.

Who set it up relies on it: while it does not answer, no file is taken.
"""

import socket
from pathlib import Path

from rp.documents.refusals import UploadRefused

SECONDS = 20.0
PIECE_BYTES = 64 * 1024
LONGEST_ANSWER = 1024


def scan(content: bytes, clamd: Path) -> None:
    """Ask whether a file is clean. Raises UploadRefused where it is not, and where nobody can say."""
    try:
        answer = _ask(content, clamd)
    except OSError as error:
        raise UploadRefused("scanner", status=503) from error
    verdict = answer.removeprefix("stream: ")
    if verdict == "OK":
        return
    if verdict.endswith(" FOUND"):
        raise UploadRefused("infected", signature=verdict.removesuffix(" FOUND")[:100])
    raise UploadRefused("scanner", status=503)


def _ask(content: bytes, clamd: Path) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(SECONDS)
        connection.connect(str(clamd))
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), PIECE_BYTES):
            piece = content[start : start + PIECE_BYTES]
            connection.sendall(len(piece).to_bytes(4, "big") + piece)
        connection.sendall(bytes(4))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            more = connection.recv(LONGEST_ANSWER)
            if not more:
                break
            answer += more
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
