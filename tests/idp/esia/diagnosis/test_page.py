"""docs/esia-diagnosis.md says what the tables say, and they speak of sources and switches that there are."""

import re
from dataclasses import fields

from idp.esia.diagnosis.kinds import KINDS
from idp.protocol.esia.errors import CODES
from idp.protocol.esia.sources import SOURCES
from idp.settings.groups import Esia
from tests.idp.esia.diagnosis.page import DOCUMENT, lines


def test_page_of_mistakes_is_what_the_tables_make() -> None:
    """Else: python -m tests.idp.esia.diagnosis.page"""
    assert DOCUMENT.read_text(encoding="utf-8") == "\n".join(lines()) + "\n"


def test_mistakes_name_sources_switches_and_codes_that_there_are() -> None:
    known = re.compile("|".join(rf"(?<![\w]){re.escape(name)}(?![\w])" for name in SOURCES))
    facts = [kind.fact for kind in KINDS.values()]
    assert [fact.source for fact in facts if fact.fidelity != "assumed" and not known.search(fact.source)] == []
    switches = {fact.switch for fact in facts} - {""}
    assert switches <= {f"esia.{each.name}" for each in fields(Esia)}
    assert {number for kind in KINDS.values() for number in kind.answers} <= CODES.keys()
