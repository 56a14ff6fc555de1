"""No message of the kit is left without its English text, and the tool that says so can be trusted."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from ground.web import catalogues
from ground.web.catalogues import Owner
from ground.web.compiled import compile_stale
from ground.web.site import Site

TIMES = "%(number)s раз|%(number)s раза|%(number)s раз"
PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Вход"
msgstr "Sign in"

msgid "Ушло"
msgstr "Gone"
"""


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    templates = tmp_path / "pages" / "templates" / "deep"
    templates.mkdir(parents=True)
    (templates / "page.html").write_text('{{ _("Вход") }}{% trans %}Выход{% endtrans %}', encoding="utf-8")
    (tmp_path / "rules.py").write_text(
        'a = gettext("Код, %(name)s", name=1)\nb = lazy_gettext("Позже")\nc = counted(3, "' + TIMES + '")\n',
        encoding="utf-8",
    )
    owner = Owner(tmp_path, tmp_path / "pages" / "translations")
    owner.catalogue.parent.mkdir(parents=True)
    owner.catalogue.write_text(PO, encoding="utf-8")
    return owner


@pytest.mark.parametrize("owner", catalogues.OWNERS, ids=lambda owner: owner.folder.name)
def test_every_message_has_an_english_text(owner: Owner) -> None:
    assert list(catalogues.check(owner)) == []


def test_text_that_would_override_the_kits_is_an_objection(owner: Owner) -> None:
    """An application said «Пропуск» too, as «Pass», and the brand was called so on every English page."""
    (owner.folder / "more.py").write_text('d = gettext("Пропуск")\n', encoding="utf-8")
    catalogue = catalogues.extract(owner)
    catalogue["Пропуск"].string = "Pass"
    catalogues.write_catalogue(owner, catalogue)
    assert "«Пропуск» is «Propusk» in the kit and «Pass» here" in list(catalogues.check(owner))


def test_messages_of_templates_and_code_are_found_and_known_texts_kept(owner: Owner) -> None:
    catalogue = catalogues.extract(owner)
    assert {message.id for message in catalogue if message.id} == {"Вход", "Выход", "Код, %(name)s", "Позже", TIMES}
    assert catalogue["Вход"].string == "Sign in"


def test_catalogue_written_twice_is_the_same_and_forgets_what_is_no_longer_said(owner: Owner) -> None:
    catalogues.write_catalogue(owner, catalogues.extract(owner))
    first = owner.catalogue.read_text(encoding="utf-8")
    catalogues.write_catalogue(owner, catalogues.extract(owner))
    assert owner.catalogue.read_text(encoding="utf-8") == first
    assert "Ушло" not in first
    assert "Date" not in first


def test_check_names_what_is_missing_obsolete_or_different(owner: Owner) -> None:
    text = PO + '\nmsgid "Код, %(name)s"\nmsgstr "Code"\n\nmsgid "' + TIMES + '"\nmsgstr "%(number)s times"\n'
    owner.catalogue.write_text(text, encoding="utf-8")
    wrong = "\n".join(catalogues.check(owner))
    assert "«Выход» has no English text" in wrong
    assert "«Ушло» is no longer said anywhere" in wrong
    assert "«Код, %(name)s» and its English text have different placeholders" in wrong
    assert "needs 2 English forms" in wrong
    assert "«Вход»" not in wrong


@pytest.mark.parametrize(
    ("text", "is_lone"), [("100%", True), ("100% вас", True), ("100%%", False), ("%(a)s%%", False), ("%%%", True)]
)
def test_single_percent_sign_is_noticed(text: str, is_lone: bool) -> None:
    assert bool(catalogues.LONE_PERCENT.search(text)) == is_lone


def test_catalogue_is_compiled_only_when_it_is_newer(owner: Owner) -> None:
    (made,) = compile_stale(owner.translations)
    assert made.suffix == ".mo"
    assert compile_stale(owner.translations) == []
    later = made.stat().st_mtime_ns + 1
    os.utime(owner.catalogue, ns=(later, later))
    assert compile_stale(owner.translations) == [made]
    assert list(made.parent.glob("*.tmp")) == []


def test_application_catalogue_is_compiled_when_it_starts_and_wins(
    owner: Owner, build_demo: Callable[[Site], Flask], site: Site
) -> None:
    owner.catalogue.write_text(PO + '\nmsgid "Технические неполадки"\nmsgstr "Ours"\n', encoding="utf-8")
    app = build_demo(replace(site, translations=owner.translations))
    text = app.test_client().get("/fault?lang=en").text
    assert "<h1>Ours</h1>" in text
    assert "Test stand. This is not Gosuslugi." in text


def test_command_line_fails_when_something_is_untranslated(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "OWNERS", (owner,))
    monkeypatch.setattr(catalogues, "ROOT", owner.folder)
    run = CliRunner().invoke
    assert run(catalogues.main, ["check"]).exit_code == 1
    extracted = run(catalogues.main, ["extract"])
    assert extracted.exit_code == 0
    assert "5 messages, 4 without English text" in extracted.output
    assert "messages.mo" in run(catalogues.main, ["compile"]).output
