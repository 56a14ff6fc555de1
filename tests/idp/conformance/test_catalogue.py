"""docs/conformance.md says what there is."""

from tests.idp.conformance.catalogue import DOCUMENT, HERE, PROFILES, file_of, lines


def test_document_is_what_the_catalogue_makes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == "\n".join(lines()) + "\n"


def test_every_module_with_a_test_is_in_the_catalogue() -> None:
    known = {file_of(module) for modules in PROFILES.values() for module in modules}
    assert set(HERE.glob("test_oidcc_*.py")) <= known
