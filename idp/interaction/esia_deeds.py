"""What a system of the ESIA dialect will be able to do by scopes of the Цифровой профиль, whose data this stand does not have."""

from collections.abc import Mapping

from ground.web.language import LazyText, lazy_gettext

OF_PROFILE: Mapping[str, LazyText] = {
    "history_passport_doc": lazy_gettext("Запросить сведения о прежних паспортах"),
    "electronic_workbook": lazy_gettext("Запросить электронную трудовую книжку"),
    "ndfl_person": lazy_gettext("Запросить справку о доходах"),
    "payout_income": lazy_gettext("Запросить сведения о выплатах"),
    "pension_reference": lazy_gettext("Запросить сведения о пенсии"),
    "ils_doc": lazy_gettext("Запросить выписку из пенсионного счёта"),
    "payments_egisso": lazy_gettext("Запросить сведения о социальных выплатах"),
    "pre_retirement_age": lazy_gettext("Запросить сведения о предпенсионном возрасте"),
    "paternity_cert_doc": lazy_gettext("Запросить свидетельство об установлении отцовства"),
    "marriage_cert_doc": lazy_gettext("Запросить свидетельство о браке"),
    "divorce_cert_doc": lazy_gettext("Запросить свидетельство о разводе"),
    "change_fullname_cert_doc": lazy_gettext("Запросить свидетельство о перемене имени"),
    "vehicle_reg_cert_doc": lazy_gettext("Запросить свидетельство о регистрации машины"),
    "usr_reg_cxt": lazy_gettext("Узнать, как заведена ваша учётная запись"),
    "bio": lazy_gettext("Проверить вас по биометрии"),
    "ext_auth_result": lazy_gettext("Узнать результат внешней проверки"),
    "prm_chg": lazy_gettext("Продлевать ваши согласия"),
}
