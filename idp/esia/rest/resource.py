"""Resources and collections of them: the forms that all of ESIA's have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from idp.esia.rest.asked import Asked, NotAllowed, NotThere
from idp.esia.rest.field import Field, Told, all_claims, tag_of, tell
from idp.protocol.esia.fact import Fact

Owner = Literal["person", "organisation"]
OID, NAME = "{oid}", "{name}"
PERSON, ORGANISATION = ("rs", "prns", OID), ("rs", "orgs", OID)


@dataclass(frozen=True)
class Picture:
    """An answer that is a picture (PNG), and the claims that it tells."""

    body: bytes
    claims: frozenset[str]


@dataclass(frozen=True)
class Resource:
    """One address. In its `path` `{oid}` is its owner's number, who is the bearer where there is none, and `{name}` anything.
    Who has none of `scopes` is not told."""

    owner: Owner
    path: tuple[str, ...]
    scopes: tuple[str, ...]
    answer: Callable[[Asked], Told | Picture]
    fact: Fact
    fields: Sequence[Field[Any]] = ()

    def names_in(self, path: Sequence[str]) -> dict[str, list[str]] | None:
        """What stands in a path where this one has names, or None where it is another."""
        if len(path) != len(self.path):
            return None
        names: dict[str, list[str]] = {OID: [], NAME: []}
        for part, wanted in zip(path, self.path, strict=True):
            if wanted in names:
                names[wanted].append(part)
            elif part != wanted:
                return None
        return names


@dataclass(frozen=True)
class Item:
    """Something of a collection: the number by which it is asked for, and the claims that it tells."""

    number: int
    told: Told
    address: str | None = None


@dataclass(frozen=True)
class Collection:
    """A collection of a person or an organisation. `name` is its word in a path and `embed` that in `?embed=`; `items` are those
    that the token opens. A `direct` one has its elements inside without being asked."""

    owner: Owner
    name: str
    embed: str
    scopes: tuple[str, ...]
    items: Callable[[Asked], Sequence[Item]]
    fields: Sequence[Field[Any]]
    fact: Fact
    is_direct: bool = False
    has_addresses: bool = True

    def resources(self) -> tuple[Resource, ...]:
        """Its own address, and those of its elements."""
        path = (*(PERSON if self.owner == "person" else ORGANISATION), self.name)
        whole = Resource(self.owner, path, self.scopes, self.told, self.fact, self.fields)
        one = Resource(self.owner, (*path, NAME), self.scopes, self.one, self.fact, self.fields)
        return (whole, one) if self.has_addresses else (whole,)

    def told(self, asked: Asked) -> Told:
        """The collection, with addresses of the elements or with themselves."""
        items = self.items(asked)
        members = [item.told.members for item in items]
        is_whole = self.is_direct or asked.has_elements
        elements = members if is_whole else [asked.address + (item.address or self._path(asked, item)) for item in items]
        head = {"stateFacts": ["hasSize"], "size": len(items), "eTag": tag_of([self.name, members])}
        return Told({**head, "elements": elements}, all_claims(item.told for item in items) if is_whole else frozenset())

    def one(self, asked: Asked) -> Told:
        """The element that the path names. Raises NotThere."""
        found = [item.told for item in self.items(asked) if str(item.number) == asked.name]
        if not found:
            raise NotThere
        return found[0]

    def _path(self, asked: Asked, item: Item) -> str:
        owner = "prns" if self.owner == "person" else "orgs"
        return f"/rs/{owner}/{asked.oid}/{self.name}/{item.number}"


def answer(resource: Resource, asked: Asked) -> Told | Picture:
    """What is told at an address. Raises NotAllowed, NotThere."""
    if resource.scopes and not asked.may(resource.scopes):
        raise NotAllowed
    return resource.answer(asked)


def embed(collections: Sequence[Collection], asked: Asked) -> Told:
    """The collections that `?embed=` names, as members of whom they belong to; one whose scope is not granted is missing."""
    members: dict[str, Any] = {}
    told = []
    for collection in collections:
        within = asked.inside(collection.embed)
        if within.embedded and asked.may(collection.scopes):
            inner = collection.told(within)
            members[collection.embed] = inner.members
            told.append(inner)
    return Told(members, all_claims(told))


def identified(fields: Sequence[Field[Any]], asked: Asked, of: object, *, number: int, facts: str, claims: Sequence[str]) -> Told:
    """An element: what it is, its number, its fields, its tag."""
    told = tell(fields, of, asked.may)
    return Told({"stateFacts": [facts], "id": number, **told.members}, frozenset({*told.claims, *claims})).with_tag()
