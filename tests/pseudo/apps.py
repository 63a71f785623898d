"""Installs the pseudo-language, in tests only (DUECARE_TEST_APPS)."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import trans_real

from tests.pseudo import CODE, Pseudo


class PseudoConfig(AppConfig):
    name = "tests.pseudo"

    def ready(self) -> None:
        trans_real._translations[CODE] = Pseudo()  # type: ignore[attr-defined]
        settings.LANGUAGES = [*settings.LANGUAGES, (CODE, "Pseudo")]
        settings.FORMAT_MODULE_PATH = ["tests.pseudo.formats", settings.FORMAT_MODULE_PATH]
