"""In which language a request is answered: the person's own choice, the browser's wish, the organisation's.

What is recorded is said in the organisation's language, whoever asks for it (`recorded_words`): the record
keeps what was said (docs/decisions/0009-languages.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_http_methods

from duecare.ledger.viewers import Request
from duecare.site.doors import PUBLIC
from duecare.site.models import User


def languages() -> list[tuple[str, str]]:
    """Those that can be chosen: (code, name in itself)."""
    return list(settings.LANGUAGES)


def chosen(own: str, wished: str) -> str:
    """The code of the language: `own`, else the first wish of an Accept-Language header that can be met
    (RFC 9110 section 12.5.4; a wish for de-AT is met by de), else the organisation's."""
    known = {code for code, _name in languages()}
    if own in known:
        return own
    for wish, _weight in parse_accept_lang_header(wished.lower()):
        for code in (wish, wish.split("-")[0]):
            if code in known:
                return code
    return settings.LANGUAGE_CODE


class Language:
    """Answers each request in one language, whose words hold until the last byte of the answer and no longer.

    After the sessions and the sign-in, which know whose request it is; before whatever says a word.
    """

    def __init__(self, get_response: Callable[[Request], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponseBase:
        if request.path == PUBLIC:  # the same for everybody: who asks is not looked up
            language = settings.LANGUAGE_CODE
        else:
            own = getattr(request.user, "language", "")
            language = chosen(own, request.headers.get("Accept-Language", ""))
        with translation.override(language):
            response = self.get_response(request)
            if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
                parts: Iterator[bytes] = iter(response)
                response.streaming_content = _said_in(language, parts)
        response.headers.setdefault("Content-Language", language)
        return response


def _said_in(language: str, parts: Iterator[bytes]) -> Iterator[bytes]:
    """Draw each part of a stream in the language in which it was begun."""
    while True:
        with translation.override(language):
            try:
                part = next(parts)
            except StopIteration:
                return
        yield part


class LanguageForm(forms.Form):
    """Which language the pages speak to one person."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        help_text=gettext_lazy(
            "Only English is whole. Whatever is not translated yet is shown in English. What is in the "
            "record stays as it was said."
        ),
    )

    def __init__(self, *values: object, **more: object) -> None:
        super().__init__(*values, **more)  # type: ignore[arg-type]
        asked = ("", gettext_lazy("The one that my browser asks for"))
        self.fields["language"].choices = [asked, *languages()]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def language_page(request: Request) -> HttpResponseBase:
    """Choosing the language of one's own pages."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  (the doors let nobody else in)
    sent = request.POST if request.method == "POST" else None
    form = LanguageForm(sent, initial={"language": user.language})
    if request.method == "POST" and form.is_valid():
        user.language = form.cleaned_data["language"]
        user.save(update_fields=["language"])
        with translation.override(chosen(user.language, request.headers.get("Accept-Language", ""))):
            messages.success(request, gettext("The pages speak this language from now on."))
        return redirect("account")
    context = {
        "form": form,
        "title": gettext("Language"),
        "button": gettext("Save"),
        "back": reverse("account"),
        "back_text": gettext("Your account"),
    }
    return render(request, "site/form.html", context, status=400 if form.errors else 200)
