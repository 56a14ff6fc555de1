"""The words of a PDF, sheet by sheet: what somebody who copies text out of it gets."""

import io
import re
from typing import Any

import pikepdf

RANGE = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
SINGLE = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")


def sheets(data: bytes) -> list[str]:
    """The words of each sheet, with single spaces."""
    with pikepdf.open(io.BytesIO(data)) as document:
        return [" ".join(_words(page).split()) for page in document.pages]


def _words(page: Any) -> str:
    resources = page.obj.Resources
    fonts = {name: _letters(font) for name, font in resources.get("/Font", {}).items()}
    return _of_stream(page, fonts, resources)


def _of_stream(source: Any, fonts: dict[str, dict[int, str]], resources: Any) -> str:
    words: list[str] = []
    letters: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(source):
        match str(operator):
            case "Tf":
                letters = fonts[str(operands[0])]
            case "Tj":
                words.append(_read(operands[0], letters))
            case "TJ":
                words += [_read(part, letters) for part in operands[0] if isinstance(part, pikepdf.String)]
            case "Do":
                drawn = resources.XObject[str(operands[0])]
                if drawn.get("/Subtype") == "/Form":
                    own = drawn.get("/Resources", resources)
                    inner = {name: _letters(font) for name, font in own.get("/Font", {}).items()} or fonts
                    words.append(_of_stream(drawn, inner, own))
            case "ET" | "Td" | "Tm":
                words.append(" ")
    return "".join(words)


def _read(text: Any, letters: dict[int, str]) -> str:
    codes = bytes(text)
    return "".join(letters.get(int.from_bytes(codes[at : at + 2], "big"), "?") for at in range(0, len(codes), 2))


def _letters(font: Any) -> dict[int, str]:
    """What the codes of a font mean (PDF 32000-1, 9.10.3)."""
    table = font.ToUnicode.read_bytes()
    letters: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        letters |= {int(code, 16): _text(meaning) for code, meaning in SINGLE.findall(block)}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, meaning in RANGE.findall(block):
            for number in range(int(first, 16), int(last, 16) + 1):
                letters[number] = chr(int(meaning, 16) + number - int(first, 16))
    return letters


def _text(meaning: bytes) -> str:
    return bytes.fromhex(meaning.decode()).decode("utf-16-be")
