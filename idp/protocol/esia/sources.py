"""The key of the sources: what the abbreviations of every `Fact` mean. Nothing was copied from them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AIS": "AISGorod/AISGorod.AspNetCore.Authentication.Esia, with its changelog and issues",
        "ILIM": "ilimurzin/esia, with its issues",
        "FR": "fr05t1k/esia, with its changelog, issues and pull requests",
        "EKA": "ekapusta/oauth2-esia: source, resources, tests, issues",
        "GO": "ofstudio/go-api-epgu: esia/aas",
        "EC": "esia-connector 0.16 of PyPI (SAPRUN)",
        "EIG": "eigenmethod/esia-connector",
        "SOK": "sokolovs/esia-oauth2, with its issues",
        "OAM": "OpenIdentityPlatform/OpenAM: the classes of ESIA",
        "BSA": "BlackSan11/esia-crypto",
        "ILY": "ILyaCyclone/esia-auth-code",
        "PASS": "inkz/passport-esia",
        "IWDT": "iwdt/esia-ruby",
        "ELS": "Elsant/omniauth-esia",
        "LEO": "leonidimeev/EsiaClientService: models that quote the recommendations",
        "SCRIBE": "scribejava, pull request 1014",
        "VF": "VantaFinance/esia-struct and esia-gateway-client",
        "PAV": "pavelrockjob/esia",
        "VOSK": "Dmitry-D-Smirnoff/esia-authentication-provider",
        "ENET": "xeltan/EsiaNET, with its issues",
        "Y44": "yellow444/epgu and api-gosuslugi",
        "TP": "«Руководство пользователя технологического портала», 1.3.28",
        "CPRO": "CryptoPro/libcore, issues",
        "NSP": "netschoolpy 9.6.3 of PyPI",
        "AUTHG": "daniilak/auth-gosuslugi",
        "INFO": "the social-auth backend of infolabs",
        "SIO": "comments in the public source of suggest.io",
        "FIX1": "an anonymous public fixture of Python tests",
        "МР": "«Методические рекомендации по использованию ЕСИА»: beginnings of 2.13 to 2.38, and what clients quote of 3.x",
        "CONS-199078": "consultant.ru, cons_doc_LAW_199078: sections of the recommendations, Table 6",
        "HABR-893544": "habr.com 893544, on the deadlines of 2025 and 2026",
        "MIAC": "miac.volmed.org.ru, «Авторизация пользователей через OAUTH2 в ЕСИА», 2017",
        "DNEVNIK": "an address in the documentation of a school diary",
        "every client": "all of the clients above that come so far",
        "every old client": "all of the clients above that speak v1",
        "protocol": "our digest of all of these, which the tables of this page are made from",
        "ours": "nobody: our choice",
    }
)
