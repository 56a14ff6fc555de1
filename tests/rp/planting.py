"""Inventing what people type: values that are in order and stand nowhere else, each once, and remembered."""

from io import BytesIO
from itertools import count

import pikepdf
from stdnum.ru import inn

from ground.web.language import local_moment
from rp.patients.snils import check_digits
from tests.rp.crawl import FieldFound

LETTERS = "абвгдежзик"
STEM = "подсаженко"
LEFT_ALONE = ("hidden", "checkbox", "radio", "submit")


class Planter:
    """`phrases` are what was typed so far. A proper planter types what a field wants; an improper one types a phrase anywhere."""

    def __init__(self, now: int) -> None:
        self.phrases: list[str] = []
        self.is_proper = True
        self._numbers = count(1)
        self._today = local_moment(now).date()

    def __call__(self, field: FieldFound) -> str | tuple[BytesIO, str] | None:
        """What to type into a field; None where it stays as it is."""
        if field.kind in LEFT_ALONE or field.name == "csrf_token":
            return next(iter(field.options), None) if field.kind in ("checkbox", "radio") else None
        if field.kind == "select":
            chosen = [option for option in field.options if option]
            return chosen[-1 if field.name == "pcr" else 0] if chosen else None
        if field.kind == "file":
            return BytesIO(self._pdf()), f"{self.text()}.pdf"
        return self._proper(field) if self.is_proper else self.text()

    def _proper(self, field: FieldFound) -> str:
        number = next(self._numbers)
        match field.name:
            case "snils":
                return self._plant(f"{600_000_000 + number}{check_digits(str(600_000_000 + number))}")
            case "inn":
                digits = f"7770{number:06d}"
                return self._plant(digits + inn.calc_personal_check_digits(digits))
            case "policy":
                return self._plant(f"7{number:014d}{_luhn(f'7{number:014d}')}")
            case "phone":
                return self._plant(f"+79{number:09d}")
            case "email":
                return self._plant(f"podsazhenko{number}@example.test")
            case "birth_date":
                return "2015-05-17"
            case "day" | "last_day":
                return self._today.isoformat()
            case "certificate" if field.mode != "numeric":
                return self._plant(f"I-ПД {number:06d}")
            case "certificate" | "number":
                return self._plant(f"{7_000_000_000_000_000 + number}")
            case "passport" | "document_number":
                return self._plant(f"4577 {number:06d}")
        match field.mode, field.longest:
            case "decimal", _:  # a level of antibodies, and the test that is chosen is none
                return ""
            case "numeric", 2:
                return "1"
            case "numeric", 6:
                return f"{number:06d}"
            case "numeric", 10:
                return self._today.isoformat()
        return self.text()

    def text(self) -> str:
        """A phrase of letters, as a name is."""
        return self._plant((STEM + _word(next(self._numbers))).capitalize())

    def _plant(self, phrase: str) -> str:
        self.phrases.append(phrase)
        return phrase

    def _pdf(self) -> bytes:
        """A document with a phrase on its page and in what it says of itself."""
        file, document = BytesIO(), pikepdf.new()
        page = document.add_blank_page(page_size=(200, 200))
        page.Contents = document.make_stream(f"BT ({self.text()}) Tj ET".encode("cp1251"))
        document.docinfo["/Title"] = self.text()
        document.save(file, compress_streams=False)
        return file.getvalue()


def _word(number: int) -> str:
    """Five letters for a number."""
    return "".join(LETTERS[int(digit)] for digit in f"{number:05d}")


def _luhn(digits: str) -> str:
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)
