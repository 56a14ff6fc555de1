"""The picture of a person: by their number, round and square, and by a name of its own."""

import struct
import zlib
from functools import lru_cache
from hashlib import sha256

from idp.citizens.profile import profile_of
from idp.esia.rest.asked import Asked, NotThere
from idp.esia.rest.resource import NAME, OID, Picture, Resource
from idp.protocol.esia.fact import approximate

PUBLIC = ("esia-rs", "api", "public", "v1")
SIDE = 128
SOURCE = "Y44 Postman collection"


def name_of(citizen_id: str) -> str:
    """The name of somebody's picture, a UUID that tells nothing about them."""
    drawn = sha256(f"picture of {citizen_id}".encode()).hexdigest()
    return f"{drawn[:8]}-{drawn[8:12]}-5{drawn[13:16]}-8{drawn[17:20]}-{drawn[20:32]}"


def _round(asked: Asked) -> Picture:
    return _picture(asked, is_round=True)


def _square(asked: Asked) -> Picture:
    return _picture(asked, is_round=False)


def _named(asked: Asked) -> Picture:
    if asked.name != name_of(asked.whose.id):
        raise NotThere
    return _picture(asked, is_round=False)


def _picture(asked: Asked, *, is_round: bool) -> Picture:
    colour = profile_of(asked.whose.data).avatar
    if colour is None:
        raise NotThere
    return Picture(draw(colour, is_round=is_round), frozenset({"picture"}))


@lru_cache(maxsize=64)
def draw(colour: str, *, is_round: bool) -> bytes:
    """Head and shoulders of nobody in particular on a colour, as PNG; what is outside of a circle can be seen through."""
    ground = bytes.fromhex(colour) + b"\xff"
    figure = bytes((value + 2 * 255) // 3 for value in ground[:3]) + b"\xff"
    middle = (SIDE - 1) / 2

    def is_within(x: int, y: int, centre_y: float, radius: float) -> bool:
        return (x - middle) ** 2 + (y - centre_y) ** 2 <= radius**2

    def point(x: int, y: int) -> bytes:
        if is_round and not is_within(x, y, middle, SIDE / 2):
            return b"\0\0\0\0"
        return figure if is_within(x, y, SIDE * 0.38, SIDE * 0.18) or is_within(x, y, SIDE, SIDE * 0.4) else ground

    rows = b"".join(b"\0" + b"".join(point(x, y) for x in range(SIDE)) for y in range(SIDE))
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


SCOPES = ("usr_avt",)
RESOURCES = (
    Resource("person", (*PUBLIC, "pso", OID, "avt", "circle"), SCOPES, _round, approximate(SOURCE)),
    Resource("person", (*PUBLIC, "pso", OID, "avt", "square"), SCOPES, _square, approximate(SOURCE)),
    Resource("person", (*PUBLIC, "avatar", NAME), SCOPES, _named, approximate(SOURCE)),
)
