"""What is taken for a PDF or a JPG, and what becomes of it: judged by bytes, in memory, without a registry."""

import sys
import threading
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from rp.documents import cleaning
from rp.documents.cleaning import Limits, clean
from rp.documents.judging import Kind, judge
from rp.documents.names import content_disposition, tidy_name
from rp.documents.refusals import UploadRefused
from tests.rp.documents import files

MOST_BYTES = 10 * 1024 * 1024


def taken(content: bytes, limits: Limits = cleaning.LIMITS) -> bytes:
    """The file as it would be kept."""
    return clean(content, judge(content, most_bytes=MOST_BYTES), limits)


def reason(content: bytes, limits: Limits = cleaning.LIMITS) -> str:
    with pytest.raises(UploadRefused) as refused:
        taken(content, limits)
    return refused.value.reason


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (files.HTML, "kind"),
        (files.SVG, "kind"),
        (files.PNG, "kind"),
        (files.EXE, "kind"),
        (b"GIF89a" + bytes(20), "kind"),
        (b"PK\x03\x04" + bytes(20), "kind"),
        (b"\n" + files.pdf(), "kind"),
        (b"/*" + files.pdf() + b"*/alert(1)", "kind"),
        (b"%PDF-1.4 " + files.HTML, "broken"),
        (b"%PDF-1.4\n" + files.HTML + b"\n%%EOF\n", "broken"),
        (b"\xff\xd8\xff" + files.HTML, "broken"),
        (b"\xff\xd8\xff" + bytes(100_000), "broken"),
        (files.pdf()[:-40], "broken"),
        (files.jpeg()[:-200], "broken"),
        (files.jpeg(2000, 2000)[:5000], "broken"),
        (files.whole(b"<<")[:-8], "broken"),
        (files.endless_pages(), "broken"),
        (files.saved(pikepdf.new()), "broken"),
        (files.pdf(501), "large"),
        (files.locked_pdf(), "locked"),
        (files.picture_bomb(), "large"),
        (files.EICAR, "infected"),
        (files.jpeg() + files.EICAR, "infected"),
        (files.pdf_with_packed_signature(), "infected"),
        (files.jpeg() + bytes(MOST_BYTES), "size"),
    ],
)
def test_rg_08_r084_what_is_no_pdf_and_no_jpg_is_refused_with_its_reason(content: bytes, expected: str) -> None:
    assert reason(content) == expected


def test_r084_every_refusal_is_a_sentence_and_those_about_the_kind_name_what_is_taken() -> None:
    for word in ("missing", "empty", "kind", "broken"):
        assert "PDF" in UploadRefused(word).message
        assert "JPG" in UploadRefused(word).message
    assert "10 МБ" in UploadRefused("size", megabytes=10).message
    assert "PDF или JPG" in UploadRefused("size", megabytes=10).message


def test_rg_08_nothing_that_acts_is_left_in_a_pdf_and_its_pages_are() -> None:
    dirty = files.pdf_with_everything_that_acts()
    assert b"PLANTED" in dirty
    with pikepdf.open(BytesIO(taken(dirty))) as document:
        assert len(document.pages) == 2
        assert document.pages[0].Contents.read_bytes() == files.BLACK_DOT
        shown = "\n".join(repr(thing) for thing in document.objects)
        contents = b"".join(thing.read_bytes() for thing in document.objects if isinstance(thing, pikepdf.Stream))
        trailer = repr(document.trailer)
    for harmful in (
        "PLANTED",
        "JavaScript",
        "Launch",
        "OpenAction",
        "/AA",
        "EmbeddedFiles",
        "XFA",
        "GoToR",
        "SubmitForm",
        "RichMedia",
    ):
        assert harmful not in shown
        assert harmful not in trailer
    assert b"PLANTED" not in contents
    assert "https://kept.example/" in shown
    assert "/GoTo" in shown


def test_rg_08_what_is_too_deep_is_left_out() -> None:
    assert b"[[[" not in taken(files.deep_pdf())


def test_rg_08_another_spelling_of_a_name_hides_nothing() -> None:
    dirty = files.pdf_with_a_spelled_name()
    assert b"/Open#41ction" in dirty
    cleaned = taken(dirty)
    with pikepdf.open(BytesIO(cleaned)) as document:
        assert "/OpenAction" not in document.Root
        assert not any("PLANTED" in repr(thing) for thing in document.objects)


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", b"PK\x03\x04" + bytes(40), b"\n%PDF-1.4 again"])
def test_rg_08_what_hides_behind_a_file_is_gone(tail: bytes) -> None:
    for content in (files.jpeg() + tail, files.pdf() + tail + b"\n%%EOF\n"):
        assert tail not in taken(content)


def test_rg_08_a_picture_is_drawn_anew_upright_and_without_its_place() -> None:
    photograph = files.photograph()
    with Image.open(BytesIO(photograph)) as before:
        assert before.getexif().get_ifd(0x8825)
    with Image.open(BytesIO(taken(photograph))) as after:
        assert (after.format, after.size, after.mode) == ("JPEG", (48, 64), "RGB")
        assert not after.getexif()
        assert "comment" not in after.info


@pytest.mark.parametrize("number", range(10))
def test_rg_08_a_spoiled_file_is_refused_or_whole_and_harmless(number: int) -> None:
    for seed in (files.pdf_with_everything_that_acts(), files.photograph()):
        try:
            cleaned = taken(files.spoiled(seed, number))
        except UploadRefused:
            continue
        if cleaned.startswith(b"%PDF-"):
            with pikepdf.open(BytesIO(cleaned), attempt_recovery=False) as document:
                assert len(document.pages) > 0
                assert not {"/OpenAction", "/AA", "/Requirements"} & set(document.Root.keys())
        else:
            with Image.open(BytesIO(cleaned)) as image:
                image.load()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_rg_08_pictures_of_every_colour_are_taken(mode: str) -> None:
    with Image.open(BytesIO(taken(files.jpeg(mode=mode)))) as image:
        assert image.mode == ("L" if mode == "L" else "RGB")


def test_rg_08_a_progressive_picture_is_taken() -> None:
    assert taken(files.jpeg(progressive=True)).startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(
    "limits",
    [Limits(memory_bytes=80 * 1024 * 1024), Limits(seconds=0.0), Limits(most_bytes=10)],
    ids=["memory", "time", "output"],
)
def test_rg_08_a_child_that_takes_too_much_is_ended_and_the_file_refused(limits: Limits) -> None:
    assert reason(files.jpeg(4000, 4000), limits) in ("large", "broken")
    assert taken(files.jpeg())  # the next one is served


def test_rg_08_a_pdf_bomb_is_refused_and_costs_us_nothing() -> None:
    bomb = files.pdf_bomb()
    assert len(bomb) < 100_000
    assert reason(bomb) in ("large", "broken")


def test_rg_08_the_child_can_open_no_file_no_socket_and_no_program(tmp_path: Path) -> None:
    """The limits of the child, put on a child that tries."""
    probe = tmp_path / "probe.py"
    source = cleaning.CHILD.read_text(encoding="utf-8").partition("if __name__")[0]
    probe.write_text(
        source
        + f"""
import os, socket, subprocess
sys.stdin.buffer.read()
_give_up(512 * 1024 * 1024, 5)
for name, attempt in [
    ("read", lambda: open({str(probe)!r})),
    ("write", lambda: open({str(tmp_path / "planted")!r}, "w")),
    ("socket", lambda: socket.socket()),
    ("pipe", lambda: os.pipe()),
    ("program", lambda: subprocess.run(["/bin/true"])),
]:
    try:
        attempt()
    except OSError:
        continue
    os.write(1, name.encode())
os.write(1, b"done")
""",
        encoding="utf-8",
    )
    with cleaning._started([sys.executable, "-I", str(probe)]) as child:
        said, complaints = child.communicate(b"")
    assert (said, complaints) == (b"done", b"")


def test_rg_08_many_children_at_a_time_take_turns() -> None:
    content, results = files.jpeg(500, 500), []
    threads = [threading.Thread(target=lambda: results.append(taken(content))) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert len(set(results)) == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Справка о прививке.pdf", "Справка о прививке.pdf"),
        ("../../../etc/passwd", "passwd.pdf"),
        ("..\\..\\боюсь.jpg", "боюсь.pdf"),
        ("C:\\temp\\scan.PDF", "scan.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: b=c.pdf", "aSet-Cookie b=c.pdf"),
        ("q\"uo'te<s>.pdf", "quo'tes.pdf"),
        ("inno\u202efdp.exe", "innofdp.exe.pdf"),
        ("scan.pdf.jpg.pdf", "scan.pdf"),
        ("", "document.pdf"),
        (None, "document.pdf"),
        ("...", "document.pdf"),
        (".pdf", "document.pdf"),
        ("x" * 5000 + ".pdf", "x" * 120 + ".pdf"),
        ("😀.pdf", "😀.pdf"),
    ],
)
def test_rg_11_a_name_is_only_a_name(given: str | None, kept: str) -> None:
    assert tidy_name(given, Kind.PDF) == kept


def test_rg_11_the_header_holds_every_name() -> None:
    header = content_disposition(tidy_name('Справка "о\r\n; прививке', Kind.JPEG), Kind.JPEG)
    assert header.isascii()
    assert header.startswith("attachment; filename=\"document.jpg\"; filename*=UTF-8''%D0%A1")
    assert "\r" not in header
    assert "\n" not in header
    assert header.count(";") == 2
