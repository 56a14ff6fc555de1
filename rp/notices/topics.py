"""What people may be told of, and where: the closed lists of topics and channels."""

from dataclasses import dataclass
from enum import StrEnum

from ground.web.language import LazyText, lazy_gettext


class Topic(StrEnum):
    """What a notice is about."""

    REQUESTS = "requests"
    RECOMMENDATIONS = "recommendations"
    PROTOCOLS = "protocols"


class Channel(StrEnum):
    """Where a notice is told. Those that leave the registry are channels of the outbox."""

    CABINET = "cabinet"
    EMAIL = "email"
    SMS = "sms"


PUBLISHED = (Topic.RECOMMENDATIONS, Topic.PROTOCOLS)
"""Topics that are for everybody who wants to hear of them."""
ALWAYS = frozenset({(Topic.REQUESTS, Channel.CABINET)})
"""What nobody can switch off: who asked for something finds the answer."""
AT_FIRST = frozenset(
    {
        *ALWAYS,
        (Topic.REQUESTS, Channel.EMAIL),
        (Topic.RECOMMENDATIONS, Channel.CABINET),
        (Topic.PROTOCOLS, Channel.CABINET),
    }
)
"""What is on until somebody chooses: nothing is sent to an address that its owner has not asked for."""


@dataclass(frozen=True)
class TopicWords:
    """How a topic is called, and what it is."""

    title: LazyText
    hint: LazyText


TOPIC_WORDS = {
    Topic.REQUESTS: TopicWords(lazy_gettext("Мои заявления"), lazy_gettext("Решения по тому, о чём вы просили.")),
    Topic.RECOMMENDATIONS: TopicWords(
        lazy_gettext("Новые рекомендации"), lazy_gettext("Что советуют врачи о прививках, анализах и лечении.")
    ),
    Topic.PROTOCOLS: TopicWords(
        lazy_gettext("Изменения протоколов"), lazy_gettext("Как теперь ведут записи, выдают справки и отвечают на заявления.")
    ),
}
CHANNEL_WORDS = {
    Channel.CABINET: lazy_gettext("В кабинете"),
    Channel.EMAIL: lazy_gettext("Письмом"),
    Channel.SMS: lazy_gettext("SMS"),
}
