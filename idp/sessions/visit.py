"""Where a session was opened: in which browser and at which address. Personal, so it is sealed where it is kept."""

from dataclasses import asdict, dataclass

from ground.web.language import gettext as _
from idp.realm import Realm

MAX_AGENT_LENGTH = 300
BROWSERS = (
    ("YaBrowser/", "Яндекс.Браузер"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The mark in User-Agent, those first that carry the marks of others too."""
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Visit:
    """What a browser said of itself (User-Agent), and the address it came from. Empty where nobody knows."""

    agent: str = ""
    address: str = ""

    @property
    def browser(self) -> str | None:
        """«Firefox», or None for what calls itself otherwise."""
        return _marked(BROWSERS, self.agent)

    @property
    def system(self) -> str | None:
        """«Android», or None."""
        return _marked(SYSTEMS, self.agent)

    @property
    def title(self) -> str:
        """«Firefox, Android», as the person reads it."""
        return ", ".join(part for part in (self.browser or _("Неизвестный браузер"), self.system) if part)

    def seal(self, realm: Realm, name: str) -> bytes:
        """What is stored of it in the row of this name."""
        kept = Visit("".join(each for each in self.agent if each.isprintable())[:MAX_AGENT_LENGTH], self.address[:64])
        return realm.vault.seal_fields(_place(name), asdict(kept))

    @classmethod
    def opened(cls, realm: Realm, name: str, sealed: bytes | None) -> "Visit":
        """What `seal` stored in that row; nothing is known of rows from before it did."""
        return cls(**realm.vault.open_fields(_place(name), sealed)) if sealed is not None else UNKNOWN_VISIT


UNKNOWN_VISIT = Visit()


def _place(name: str) -> str:
    return f"visits:{name}"


def _marked(known: tuple[tuple[str, str], ...], agent: str) -> str | None:
    return next((name for mark, name in known if mark in agent), None)
