"""Everything that is known of one request: what came, who its system is, and what was kept of earlier ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from idp.esia.diagnosis.sent import ENDPOINTS, Endpoint, Sent
from idp.protocol.client import Client
from idp.protocol.esia.signed_text import R1, R2, V1, V2_AUTHORIZATION, V3_CLIENT, V3_CODE, Recipe
from idp.requests.exchange import Exchange
from idp.settings.groups import Esia


@dataclass(frozen=True)
class KnownCertificate:
    """A certificate of some system, active there or removed. `streebog_hash` is what names it in a request."""

    der: bytes
    streebog_hash: str
    client_id: str
    is_active: bool = True


@dataclass(frozen=True)
class KnownCode:
    """A code as it was issued. Times are seconds."""

    client_id: str
    redirect_uri: str
    code_challenge: str | None
    expires_at: int
    is_redeemed: bool
    is_revoked: bool = False


@dataclass(frozen=True)
class KnownRefresh:
    """A refresh token as it was issued."""

    client_id: str
    expires_at: int
    is_rotated: bool
    is_revoked: bool = False


@dataclass(frozen=True)
class Case:
    """`certificates` are those of this system, removed ones too, `foreign` those of all others; `clients` are the dialects of
    every system by name. `earlier` are stored requests of the same system before this one, the newest last."""

    exchange: Exchange
    settings: Esia
    client: Client | None = None
    is_disabled: bool = False
    certificates: Sequence[KnownCertificate] = ()
    foreign: Sequence[KnownCertificate] = ()
    clients: Mapping[str, str] = field(default_factory=dict)
    earlier: Sequence[Exchange] = ()
    code: KnownCode | None = None
    refresh: KnownRefresh | None = None
    organisations: frozenset[int] = frozenset()
    knows_grants: bool = True
    can_sign: bool = True
    """Can the stand sign this system's tokens? Without the engine of GOST not all of them."""
    is_token_ours: bool | None = None
    """Did we sign the access token that the request brings? None: it brings none, or nobody looked."""
    repaired: Mapping[str, str] = field(default_factory=dict)
    """Values that a mistake found before has spoiled, as they were meant."""

    @cached_property
    def sent(self) -> Sent:
        return Sent(self.exchange)

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        return {**self.sent.parameters, **self.repaired}

    @property
    def endpoint(self) -> Endpoint | None:
        return ENDPOINTS.get(self.exchange.path)

    @cached_property
    def active(self) -> Sequence[KnownCertificate]:
        return [each for each in self.certificates if each.is_active]

    @cached_property
    def earlier_parameters(self) -> Sequence[Mapping[str, str]]:
        """What earlier requests of the system brought, the newest first."""
        return [Sent(each).parameters for each in reversed(self.earlier)]

    def repair(self, **values: str) -> "Case":
        return replace(self, repaired={**self.repaired, **values})

    def recipes(self) -> Sequence[Recipe]:
        """The texts that this request may be signed over, the likeliest first."""
        endpoint = self.endpoint
        if endpoint is None:
            return ()
        if endpoint.version == "v1":
            return (V1,)
        if endpoint.call == "authorization":
            return (V2_AUTHORIZATION,)
        grant = self.parameters.get("grant_type")
        if grant == "refresh_token":
            allowed = [recipe for recipe, name in ((R1, "R1"), (R2, "R2")) if name in self.settings.refresh_texts]
            return allowed if self.parameters.get("redirect_uri") else allowed[::-1]
        return (V3_CLIENT,) if grant == "client_credentials" else (V3_CODE,)
