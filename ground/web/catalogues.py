"""The gettext catalogues: collect messages from the sources, compile them, and prove that nothing is left untranslated.

`python -m ground.web.catalogues extract|compile|check`. Message identifiers are Russian; the only catalogue of each owner
is English. The .po files are kept, the .mo files are made on each machine.
"""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from ground.web.compiled import compile_stale

ROOT = Path(__file__).parents[2]
LANGUAGE = "en"
TEMPLATES = ("**/templates/**.html", "**/templates/**.txt")
METHODS = [("**.py", "python"), *((pattern, "jinja2") for pattern in TEMPLATES)]
OPTIONS = {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "counted": (2,)}
HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
LONE_PERCENT = re.compile(r"(?<!%)(?:%%)*%(?![%(])")
FORMS_OF_ENGLISH = 2


@dataclass(frozen=True)
class Owner:
    """A package with messages: its sources are searched in `folder`, its catalogues lie in `translations`."""

    folder: Path
    translations: Path

    @property
    def catalogue(self) -> Path:
        return self.translations / LANGUAGE / "LC_MESSAGES" / "messages.po"


GROUND = Owner(ROOT / "ground" / "web", ROOT / "ground" / "web" / "translations")
OWNERS = (
    GROUND,
    Owner(ROOT / "idp", ROOT / "idp" / "pages" / "translations"),
    Owner(ROOT / "rp", ROOT / "rp" / "pages" / "translations"),
)


def extract(owner: Owner) -> Catalog:
    """The messages of the sources, with the translations the catalogue already has; what is no longer said is left out."""
    found = Catalog(locale=LANGUAGE, charset="utf-8")
    messages = extract_from_dir(owner.folder, METHODS, dict.fromkeys(TEMPLATES, OPTIONS), KEYWORDS)
    for file, _line, identifier, comments, context in messages:
        place = Path(os.path.relpath(owner.folder / file, ROOT)).as_posix()
        found.add(identifier, None, [(place, 0)], auto_comments=comments, context=context)
    stored = stored_catalogue(owner)
    for message in _messages(found):
        known = stored.get(message.id, message.context)
        if known is not None and not known.fuzzy:
            message.string = known.string
    return found


def stored_catalogue(owner: Owner) -> Catalog:
    """The catalogue as it is kept, empty when there is none."""
    if not owner.catalogue.exists():
        return Catalog(locale=LANGUAGE, charset="utf-8")
    with owner.catalogue.open("rb") as file:
        return read_po(file, locale=LANGUAGE, charset="utf-8")


def write_catalogue(owner: Owner, catalogue: Catalog) -> None:
    """Keep the catalogue: no dates and no line numbers, so that it changes only when a message does."""
    text = BytesIO()
    write_po(text, catalogue, width=120, omit_header=True, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    owner.catalogue.parent.mkdir(parents=True, exist_ok=True)
    owner.catalogue.write_text(HEADER + text.getvalue().decode("utf-8").lstrip("\n"), encoding="utf-8")


def check(owner: Owner) -> Iterator[str]:
    """What is wrong with the catalogue, a sentence each: not up to date, untranslated, placeholders that differ, or another text
    than the kit's for what the kit says too: an application's catalogue would override it on every page."""
    stored = stored_catalogue(owner)
    kit = stored_catalogue(GROUND)
    wanted = extract(owner)
    for message in _messages(wanted):
        name = message.id if isinstance(message.id, str) else message.id[0]
        if LONE_PERCENT.search(name):
            yield f"«{name}» has a single %; write %% (Jinja formats every message)"
        if not isinstance(message.string, str) or not message.string:
            yield f"«{name}» has no English text"
            continue
        if "|" in name and message.string.count("|") + 1 != FORMS_OF_ENGLISH:
            yield f"«{name}» needs {FORMS_OF_ENGLISH} English forms"
        if _placeholders(name) != _placeholders(message.string):
            yield f"«{name}» and its English text have different placeholders"
        of_kit = kit.get(message.id, message.context)
        if of_kit is not None and of_kit.string != message.string:
            yield f"«{name}» is «{of_kit.string}» in the kit and «{message.string}» here"
    for message in _messages(stored):
        if wanted.get(message.id, message.context) is None:
            yield f"«{message.id}» is no longer said anywhere"


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s", text))


@click.group()
def main() -> None:
    """Keep the catalogues of ground/web, idp and rp."""


@main.command("extract")
def extract_all() -> None:
    """Bring the .po files up to date with the sources."""
    for owner in OWNERS:
        catalogue = extract(owner)
        if any(True for _ in _messages(catalogue)):
            write_catalogue(owner, catalogue)
            empty = sum(1 for message in _messages(catalogue) if not message.string)
            click.echo(f"{owner.catalogue.relative_to(ROOT)}: {len(catalogue)} messages, {empty} without English text")


@main.command("compile")
def compile_all() -> None:
    """Make the .mo files that are missing or older than their .po."""
    for owner in OWNERS:
        for target in compile_stale(owner.translations):
            click.echo(target.relative_to(ROOT))


@main.command("check")
def check_all() -> None:
    """Fail when a message has no English text or a catalogue is not up to date."""
    wrong = [(owner, sentence) for owner in OWNERS for sentence in check(owner)]
    for owner, sentence in wrong:
        click.echo(f"{owner.catalogue.relative_to(ROOT)}: {sentence}", err=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
