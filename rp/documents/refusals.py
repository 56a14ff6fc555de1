"""Why a file is not taken, as one sentence for the person."""

from collections.abc import Callable, Mapping

from ground.web.language import gettext as _


class UploadRefused(Exception):
    """A file is not taken: `message` is the sentence for the person, `reason` the word for the journal.

    `status` is how the page that says so is answered.
    """

    def __init__(self, reason: str, *, status: int = 422, **details: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.details = details

    @property
    def message(self) -> str:
        return SENTENCES[self.reason](self.details)


Details = Mapping[str, str | int]

SENTENCES: Mapping[str, Callable[[Details], str]] = {
    "missing": lambda _details: _("Выберите файл в формате PDF или JPG."),
    "empty": lambda _details: _("Файл пуст. Выберите файл в формате PDF или JPG."),
    "kind": lambda _details: _("Это не PDF и не JPG. Загрузите файл в формате PDF или JPG."),
    "size": lambda details: _("Файл больше %(megabytes)s МБ. Загрузите PDF или JPG поменьше.", **details),
    "broken": lambda _details: _("Файл повреждён. Сохраните PDF или JPG заново и загрузите ещё раз."),
    "locked": lambda _details: _("Файл закрыт паролем. Сохраните PDF без пароля и загрузите ещё раз."),
    "large": lambda _details: _("В файле слишком много точек или страниц. Загрузите PDF или JPG попроще."),
    "infected": lambda _details: _("В файле найден вредоносный код. Мы его не сохранили. Загрузите другой PDF или JPG."),
    "scanner": lambda _details: _("Проверить файл сейчас не получается. Ничего не сохранено. Повторите через несколько минут."),
    "quota": lambda details: _(
        "Места больше нет: файлов %(files)s из %(most_files)s, всего не больше %(most_megabytes)s МБ. Удалите ненужные.",
        **details,
    ),
    "busy": lambda _details: _("Сейчас загружают много файлов. Повторите через минуту."),
}
