"""Mistakes at the resources: with the token that is brought, and with the address."""

from idp.esia.diagnosis.kind import Kind, Words
from idp.protocol.esia.fact import assumed, exact

NO_TOKEN = Kind(
    "resource_no_token",
    "authorization",
    (),
    Words("Нет маркера доступа", "There is no access token"),
    Words("В запросе к {path} нет заголовка Authorization: Bearer.", "The request to {path} has no Authorization: Bearer."),
    Words("Передавайте Authorization: Bearer с access_token.", "Send Authorization: Bearer with the access_token."),
    exact("FR issues, GO errors.go"),
)
OTHER_TOKEN = Kind(
    "resource_other_token",
    "authorization",
    (),
    Words("Маркер другого вида", "A token of another kind"),
    Words(
        "В Authorization маркер вида {sort}, а нужен access.",
        "The Authorization has a token of the kind {sort}; access is wanted.",
    ),
    Words("Передавайте access_token, а не id_token или code.", "Send the access_token, not the id_token or the code."),
    exact("EKA fixture, CPRO#45"),
)
TOKEN_EXPIRED = Kind(
    "resource_token_expired",
    "authorization",
    (),
    Words("Маркер доступа устарел", "The access token has run out"),
    Words("Маркер истёк за {ago} с до запроса.", "The token ran out {ago} s before the request."),
    Words("Обновите маркер (refresh_token) или авторизуйтесь заново.", "Refresh the token, or authorize again."),
    exact("EKA fixture, CPRO#45"),
)
OTHER_PERSON = Kind(
    "resource_other_person",
    "path",
    (),
    Words("Маркер выдан на другого человека", "The token is about another person"),
    Words(
        "В адресе oid {received}, а маркер — на {expected}.",
        "The address has the oid {received}, and the token is about {expected}.",
    ),
    Words("Берите oid из urn:esia:sbj_id этого же маркера.", "Take the oid of urn:esia:sbj_id of the same token."),
    exact("EKA fixture, CPRO#45; VOSK, SOK, OAM"),
)
SCOPE = Kind(
    "resource_scope",
    "scope",
    (),
    Words("У маркера нет нужной области", "The token lacks the scope"),
    Words(
        "В маркере: {received}. Для {path} нужна другая область.",
        "The token has {received}, and {path} needs another.",
    ),
    Words(
        "Запросите при авторизации одну из областей: {expected}; у системы она тоже должна быть.",
        "Ask for one of these scopes when authorizing, and have it granted to the system: {expected}.",
    ),
    assumed("VOSK, SOK, OAM; FR#10, ENET#8"),
)
NO_JWT = Kind(
    "resource_no_jwt",
    "authorization",
    (),
    Words("Это не маркер доступа", "It is no access token"),
    Words(
        "Маркер доступа — JWT из трёх частей, а пришло другое (длина {length}): маркер обрезан, или это refresh_token.",
        "An access token is a JWT of three parts; something else came (length {length}): a part of one, or the refresh_token.",
    ),
    Words(
        "Передавайте access_token целиком: в нём больше 500 знаков.",
        "Send the whole access_token: it has more than 500 characters.",
    ),
    exact("EKA fixture, CPRO#45"),
)
NOT_SIGNED = Kind(
    "resource_not_signed",
    "authorization",
    (),
    Words("Такой маркер здесь не выдавали", "Such a token was not issued here"),
    Words(
        "Его подпись не от наших ключей: маркер изменён по дороге, другого стенда или выдан до сброса.",
        "Its signature is of none of our keys: it was changed on the way, is another stand's, or from before a reset.",
    ),
    Words(
        "Передавайте access_token без изменений или авторизуйтесь заново.", "Send the access_token unchanged, or authorize again."
    ),
    exact("EKA fixture, CPRO#45"),
)
TOKEN_REVOKED = Kind(
    "resource_token_revoked",
    "authorization",
    (),
    Words("Маркер доступа отозван", "The access token is revoked"),
    Words(
        "Подпись и срок верны, но доступ прекращён: человек вышел, отозвал согласие, или систему отключили.",
        "Signature and time are right, and the access is over: the person signed out or withdrew, or the system was disabled.",
    ),
    Words("Отправьте человека на авторизацию заново.", "Send the person to the authorization again."),
    exact("EKA fixture, CPRO#45"),
)
NO_RESOURCE = Kind(
    "resource_no_address",
    "path",
    (),
    Words("Такого ресурса нет", "There is no such resource"),
    Words("По адресу {received} ничего не бывает.", "Nothing is ever at {received}."),
    Words("Есть: {expected}.", "There are: {expected}."),
    assumed("VOSK, SOK, OAM"),
)
NOBODY_THERE = Kind(
    "resource_nobody_there",
    "path",
    (),
    Words("С таким номером никого и ничего нет", "Nobody and nothing has this number"),
    Words("Адрес {received} верный, а номера в нём у нас нет.", "The address {received} is right, a number in it is unknown."),
    Words(
        "Берите oid из маркера (urn:esia:sbj_id), а номера — из elements коллекции.",
        "Take the oid of the token (urn:esia:sbj_id), and the numbers of the elements of the collection.",
    ),
    assumed("VOSK, SOK, OAM"),
)
