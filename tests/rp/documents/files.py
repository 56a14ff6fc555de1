"""Files made for tests: good ones, and each kind of bad one."""

import zlib
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

from ground.chance import SeededChance

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTI" + b"VIRUS-TEST-FILE!$H+H*"
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
EXE = b"MZ\x90\x00" + bytes(64)
BLACK_DOT = b"q 0 0 0 rg 10 10 50 50 re f Q"


def jpeg(width: int = 64, height: int = 48, mode: str = "RGB", **options: object) -> bytes:
    """A picture of one colour."""
    written = BytesIO()
    Image.new(mode, (width, height), 128 if mode == "L" else None).save(written, "JPEG", **options)  # type: ignore[arg-type]
    return written.getvalue()


def photograph() -> bytes:
    """What a telephone makes: turned on its side, with the place where it was taken and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Выдуманный телефон"
    exif.get_ifd(0x8825)[2] = (55.0, 45.0, 20.0)
    return jpeg(exif=exif, comment=b"taken at home")


def noise(size: int) -> bytes:
    """A picture of about so many bytes, which no packing makes smaller."""
    side = 64
    while True:
        written = BytesIO()
        Image.effect_noise((side, side), 90).save(written, "JPEG", quality=95)
        if len(written.getvalue()) >= size:
            return written.getvalue()
        side = max(side + 1, int(side * min(1.3, (size / len(written.getvalue())) ** 0.5)))


def new_pdf(pages: int = 1) -> pikepdf.Pdf:
    """A document with a black square on each page."""
    pdf = pikepdf.new()
    for _number in range(pages):
        page = pdf.add_blank_page(page_size=(200, 200))
        page.Contents = pdf.make_stream(BLACK_DOT)
    return pdf


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    written = BytesIO()
    pdf.save(written, **options)  # type: ignore[arg-type]
    return written.getvalue()


def pdf(pages: int = 1) -> bytes:
    return saved(new_pdf(pages))


def pdf_with_everything_that_acts() -> bytes:
    """A document that runs scripts, starts programs, fetches, sends, carries files and says who wrote it."""
    pdf = new_pdf(2)
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert('PLANTED')"))
    launch = Dictionary(S=Name.Launch, F=String("PLANTED.exe"))
    pdf.Root.Requirements = Array([Dictionary(S=Name.EnableJavaScripts, RH=Dictionary(Script=String("PLANTED")))])
    pdf.Root.URI = Dictionary(Base=String("https://PLANTED.example"))
    pdf.Root.Anything = pdf.make_stream(b"PLANTED")
    page = pdf.pages[0]
    page.PresSteps = Dictionary(NA=script, PA=script)
    pdf.Root.OpenAction = pdf.make_indirect(script)
    pdf.Root.AA = Dictionary(WC=script)
    pdf.Root.Names = Dictionary(
        AlternatePresentations=Dictionary(Names=Array([String("PLANTED"), script])),
        JavaScript=Dictionary(Names=Array([String("a"), script])),
        EmbeddedFiles=Dictionary(Names=Array([])),
    )
    pdf.attachments["PLANTED.txt"] = b"PLANTED attachment"
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([pdf.make_indirect(Dictionary(T=String("f"), FT=Name.Tx, AA=Dictionary(K=script), A=launch))]),
        XFA=pdf.make_stream(b"<PLANTED/>"),
    )
    page.AA = Dictionary(O=launch)
    page.Annots = Array(
        [
            pdf.make_indirect(annotation(A=script)),
            pdf.make_indirect(annotation(A=pdf.make_indirect(launch))),
            pdf.make_indirect(annotation(A=Dictionary(S=Name.URI, URI=String("javascript:PLANTED")))),
            pdf.make_indirect(annotation(A=Dictionary(S=Name.URI, URI=String("https://kept.example/")))),
            pdf.make_indirect(annotation(A=Dictionary(S=Name.GoTo, D=Array([pdf.pages[1].obj, Name.Fit]), Next=script))),
            pdf.make_indirect(annotation(A=Dictionary(S=Name.GoToR, F=String("PLANTED.pdf")))),
            pdf.make_indirect(annotation(A=Dictionary(S=Name.SubmitForm, F=String("https://PLANTED.example")))),
            pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([0, 0, 9, 9]))),
            pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 9, 9]))),
        ]
    )
    outside = Stream(pdf, b"")
    outside.F = String("PLANTED.dat")
    page.obj.PieceInfo = Dictionary(X=Dictionary(Private=outside))
    with pdf.open_metadata() as metadata:
        metadata["dc:creator"] = ["PLANTED author"]
    pdf.docinfo["/Author"] = "PLANTED author"
    return saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.disable)


def annotation(**more: object) -> Dictionary:
    return Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), **more)


def pdf_with_a_spelled_name() -> bytes:
    """The name of the action is written in another spelling, which every reader knows."""
    return saved(_opening_script(), object_stream_mode=pikepdf.ObjectStreamMode.disable).replace(b"/OpenAction", b"/Open#41ction")


def _opening_script() -> pikepdf.Pdf:
    pdf = new_pdf()
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("PLANTED"))
    return pdf


def pdf_with_packed_signature() -> bytes:
    """The harmful file lies packed where no look at the bytes finds it."""
    pdf = new_pdf()
    pdf.attachments["letter.txt"] = EICAR + bytes(500)
    return saved(pdf)


def pdf_bomb() -> bytes:
    """A stream that is a hundred thousand times larger when it is unpacked, twice packed."""
    pdf = new_pdf()
    bomb = Stream(pdf, zlib.compress(_packed_zeros(900), 9))
    bomb.Filter = Array([Name.FlateDecode, Name.FlateDecode])
    pdf.pages[0].Contents = bomb
    return saved(pdf, compress_streams=False, recompress_flate=False)


def _packed_zeros(megabytes: int) -> bytes:
    """So many megabytes of zeros, packed by packing one of them."""
    packer = zlib.compressobj(9)
    start = packer.compress(bytes(1024 * 1024)) + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(bytes(1024 * 1024)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = (megabytes * 1024 * 1024 % 65521) << 16 | 1
    return start + piece * (megabytes - 1) + b"\x03\x00" + checksum.to_bytes(4, "big")


def deep_pdf() -> bytes:
    """An array in an array in an array…"""
    return whole(b"[" * 20_000 + b"]" * 20_000)


def whole(object_three: bytes) -> bytes:
    """A document with one page, and an object of which only the bytes are known."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/X 4 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n4 0 obj"
        + object_three
        + b"endobj\ntrailer<</Root 1 0 R/Size 5>>\n%%EOF\n"
    )


def endless_pages() -> bytes:
    """A tree of pages that is its own branch."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>endobj\n"
        b"trailer<</Root 1 0 R/Size 3>>\n%%EOF\n"
    )


def locked_pdf() -> bytes:
    """Nobody opens it without the password."""
    return saved(new_pdf(), encryption=pikepdf.Encryption(owner="owner", user="user"))


def picture_bomb() -> bytes:
    """A small file that says it is a picture of four billion points."""
    content = bytearray(jpeg())
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    return bytes(content)


def spoiled(content: bytes, number: int) -> bytes:
    """The file with bytes changed, left out, put in and doubled, as the number decides."""
    chance, written = SeededChance(f"spoiled {number}".encode()), bytearray(content)
    for _change in range(1 + number % 7):
        draw = chance.draw("change", 5)
        at, length = 5 + int.from_bytes(draw[:3], "big") % (len(written) - 10), 1 + draw[3] % 40
        kind = draw[4] % 4
        if kind == 0:
            written[at] ^= draw[3] | 1
        elif kind == 1:
            del written[at : at + length]
        elif kind == 2:
            written[at:at] = chance.draw("noise", length)
        else:
            written[at:at] = written[:length]
    return bytes(written)
