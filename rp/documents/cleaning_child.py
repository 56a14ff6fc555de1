"""The child process that opens what strangers sent: bytes in, clean bytes out, by the arguments of `rp.documents.cleaning`.

It stands alone and knows nothing of us, so that it is started by its path. Before it looks at the first byte it gives up what
it will not need: memory and processor beyond its limits, children, growing files, and every new file descriptor, so that it can
open neither a file nor a socket any more. What it refuses it names by one word on stderr, with status 3.
"""

import resource
import struct
import sys
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any, NoReturn

REFUSED = 3
JPEG_QUALITY = 88
MOST_PAGES = 500
DEEPEST = 100
DEAD_KEYS = (
    "/AA",
    "/AF",
    "/Collection",
    "/EF",
    "/EmbeddedFiles",
    "/JavaScript",
    "/JS",
    "/Metadata",
    "/NA",
    "/OpenAction",
    "/PieceInfo",
    "/PresSteps",
    "/Ref",
    "/Renditions",
    "/RichMediaContent",
    "/XFA",
)
"""What runs, carries files, points outside or tells of the author, wherever in a document it stands."""
KEPT_OF_CATALOGUE = frozenset(
    {
        "/AcroForm",
        "/Dests",
        "/Lang",
        "/MarkInfo",
        "/Names",
        "/OCProperties",
        "/Outlines",
        "/OutputIntents",
        "/PageLabels",
        "/PageLayout",
        "/PageMode",
        "/Pages",
        "/StructTreeRoot",
        "/Type",
        "/Version",
    }
)
"""Of the document as a whole: how it is shown and read aloud. What else may stand there is not needed for that."""
KEPT_NAMES = frozenset({"/Dests"})
OUTSIDE_KEYS = ("/F", "/FFilter", "/FDecodeParms")
"""A stream with these has its content in another file."""
ACTION_KEYS = ("/A", "/PA", "/Next")
"""Where an action may stand; what is no action stands there too (an outline goes on with /Next)."""
DEAD_ANNOTATIONS = ("/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D")
KEPT_ADDRESSES = (b"http://", b"https://", b"mailto:")

Clean = Callable[[bytes], bytes]


def main(arguments: Sequence[str]) -> None:
    """Read, clean, write."""
    kind, signatures = arguments[0], [bytes.fromhex(text) for text in arguments[4:]]
    pixels, memory_bytes, seconds = map(int, arguments[1:4])
    clean = _jpeg_cleaner(pixels) if kind == "jpeg" else _pdf_cleaner(signatures)
    content = sys.stdin.buffer.read()
    _give_up(memory_bytes, seconds)
    try:
        cleaned = clean(content)
    except MemoryError:
        _refuse("large")
    except RecursionError:
        _refuse("broken")
    sys.stdout.buffer.write(cleaned)
    sys.stdout.buffer.flush()


def _give_up(memory_bytes: int, seconds: int) -> None:
    if sys.platform != "darwin":  # which maps more than it will ever use, and refuses every limit of it
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    for limit, value in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _refuse(word: str) -> NoReturn:
    sys.stderr.write(word)
    sys.stderr.flush()
    raise SystemExit(REFUSED)


def _jpeg_cleaner(pixels: int) -> Clean:
    """A picture is drawn anew: what is no point of it (a comment, a place, another file behind its end) is not drawn."""
    # Pillow imports the unused three when it meets what they read, and by then nothing can be imported any more.
    from PIL import ExifTags, Image, ImageOps, MpoImagePlugin, TiffImagePlugin  # noqa: F401

    Image.preinit()
    Image.MAX_IMAGE_PIXELS = None  # the number we were given is the limit, and it is an error and no warning

    def clean(content: bytes) -> bytes:
        try:
            with Image.open(BytesIO(content), formats=["JPEG"]) as image:
                if image.width * image.height > pixels:
                    _refuse("large")
                image.load()
                drawn = _upright(image)
                if drawn.mode not in ("L", "RGB"):
                    drawn = drawn.convert("RGB")
                drawn.info = {}
                written = BytesIO()
                drawn.save(written, "JPEG", quality=JPEG_QUALITY)
        except (OSError, ValueError, SyntaxError, TypeError, LookupError, struct.error):
            _refuse("broken")
        return written.getvalue()

    def _upright(image: Image.Image) -> Image.Image:
        """The side that is up is told beside the points, which we do not keep."""
        try:
            return ImageOps.exif_transpose(image)
        except (OSError, ValueError, SyntaxError, TypeError, LookupError, struct.error):
            return image.copy()

    return clean


def _pdf_cleaner(signatures: Sequence[bytes]) -> Clean:
    """A document is written anew: what acts is taken out, and what nothing leads to any more is not written."""
    from pikepdf import Array, DataDecodingError, Dictionary, Object, ObjectStreamMode, PasswordError, Pdf, PdfError, Stream

    def clean(content: bytes) -> bytes:
        try:
            with Pdf.open(BytesIO(content)) as pdf:
                count = len(pdf.pages)
                if not 0 < count <= MOST_PAGES:
                    _refuse("large" if count else "broken")
                keep_only(pdf.Root, KEPT_OF_CATALOGUE)
                keep_only(pdf.Root.get("/Names"), KEPT_NAMES)
                for thing in pdf.objects:
                    if isinstance(thing, Stream):
                        look_into(thing)
                    disarm(thing)
                if "/Info" in pdf.trailer:
                    del pdf.trailer["/Info"]
                written = BytesIO()
                pdf.save(written, object_stream_mode=ObjectStreamMode.generate, deterministic_id=True, encryption=False)
            with Pdf.open(BytesIO(written.getvalue()), attempt_recovery=False) as again:
                if len(again.pages) != count:  # what was repaired on reading is not always what is written
                    _refuse("broken")
        except PasswordError:
            _refuse("locked")
        except (PdfError, ValueError, TypeError, LookupError, OSError, RuntimeError, AttributeError):
            _refuse("broken")
        return written.getvalue()

    def keep_only(thing: Any, kept: frozenset[str]) -> None:
        if isinstance(thing, Dictionary):
            for key in set(thing.keys()) - kept:
                del thing[key]

    def disarm(thing: Any, depth: int = 0) -> None:
        """Take everything that acts out of one object and of what it holds itself; what it refers to has its own turn."""
        if depth > DEEPEST:
            _refuse("broken")
        if isinstance(thing, Array):
            held: list[Any] = list(thing)
        elif isinstance(thing, Dictionary | Stream):
            disarm_keys(thing)
            held = [thing[key] for key in thing.keys()]  # noqa: SIM118 (a Stream is no mapping)
        else:
            return
        for value in held:
            if isinstance(value, Object) and not value.is_indirect:
                disarm(value, depth + 1)

    def disarm_keys(thing: Any) -> None:
        dead = DEAD_KEYS + (OUTSIDE_KEYS if isinstance(thing, Stream) else ())
        for key in dead:
            if key in thing:
                del thing[key]
        for key in ACTION_KEYS:
            if key in thing and not is_quiet(thing[key]):
                del thing[key]
        if "/Annots" in thing:
            keep_quiet_annotations(thing)

    def is_quiet(value: Any) -> bool:
        """Is it no action, or one that leads to a page of this document, or to an address that a person must choose?"""
        if not isinstance(value, Dictionary):
            return False
        kind = str(value.get("/S", "/GoTo"))
        is_address = kind == "/URI" and bytes(value.get("/URI", b"")).lower().startswith(KEPT_ADDRESSES)
        return kind == "/GoTo" or is_address

    def keep_quiet_annotations(page: Any) -> None:
        annotations = page["/Annots"]
        if not isinstance(annotations, Array):
            del page["/Annots"]
            return
        for number in reversed(range(len(annotations))):
            annotation = annotations[number]
            if not isinstance(annotation, Dictionary) or str(annotation.get("/Subtype", "")) in DEAD_ANNOTATIONS:
                del annotations[number]

    def look_into(stream: Any) -> None:
        """Look for the signatures in what is packed. What cannot be unpacked in our memory is not taken."""
        try:
            unpacked = stream.read_bytes()
        except DataDecodingError:
            _refuse("broken")
        except PdfError:  # a picture, which only the decoder of pictures unpacks
            return
        if any(signature in unpacked for signature in signatures):
            _refuse("infected")

    return clean


if __name__ == "__main__":
    main(sys.argv[1:])
