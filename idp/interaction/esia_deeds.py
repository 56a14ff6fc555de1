"""What a system of the ESIA dialect will be able to do by scopes that tell no claim of ours: about an organisation that the
person works for, and of the Цифровой профиль, whose data this stand does not have.
"""

from collections.abc import Mapping

from ground.web.language import LazyText, lazy_gettext

OF_ORGANISATION: Mapping[str, LazyText] = {
    "org_shortname": lazy_gettext("Узнать краткое название организации, от имени которой вы входите"),
    "org_fullname": lazy_gettext("Узнать полное название организации, от имени которой вы входите"),
    "org_type": lazy_gettext("Узнать тип организации, от имени которой вы входите"),
    "org_ogrn": lazy_gettext("Узнать ОГРН организации, от имени которой вы входите"),
    "org_inn": lazy_gettext("Узнать ИНН организации, от имени которой вы входите"),
    "org_leg": lazy_gettext("Узнать организационно-правовую форму организации, от имени которой вы входите"),
    "org_kpp": lazy_gettext("Узнать КПП организации, от имени которой вы входите"),
    "org_agencyterrange": lazy_gettext("Узнать территорию органа власти, от имени которого вы входите"),
    "org_agencytype": lazy_gettext("Узнать тип органа власти, от имени которого вы входите"),
    "org_oktmo": lazy_gettext("Узнать ОКТМО организации, от имени которой вы входите"),
    "org_ctts": lazy_gettext("Узнать контакты организации, от имени которой вы входите"),
    "org_addrs": lazy_gettext("Узнать адреса организации, от имени которой вы входите"),
}
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
