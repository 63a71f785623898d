"""A small site of made-up pages that shows every component, behind the product's content security policy."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path

from duecare.errors import NotFound
from duecare.web import views
from duecare.web.charts import Bar, BarChart, LineChart, Point
from duecare.web.shell import AsOfBanner, Foot, Group, Link, Person, Shell
from tests.web.sample import ALIAS, FINDINGS, NOW, Finding

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

AREAS = {
    "Know": ("Systems", "Suppliers", "Risk", "Law"),
    "Decide": ("Policies",),
    "Protect": ("People", "Access", "Patching"),
    "Watch": ("Detection",),
    "Respond": ("Incidents", "Continuity"),
    "Prove": ("Assurance", "Ledger"),
}
WAITING = {"Policies": 2, "Patching": 7, "Incidents": 1}


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context that the top of the house gives every page."""
    first = Group(
        "",
        (
            Link("Home", "/", request.path == "/"),
            Link("Findings", "/findings/", request.path == "/findings/", 4, "open"),
        ),
    )
    areas = tuple(
        Group(word, tuple(Link(name, f"/{name.lower()}/", count=WAITING.get(name)) for name in names))
        for word, names in AREAS.items()
    )
    here = Shell(
        organisation="Harbour Clinic",
        home_url="/",
        navigation=(first, *areas),
        today=NOW.date(),
        person=Person("Maeve Brennan", "/account/", "/sign-out/"),
        role_words="Owner",
        foot=Foot(
            "Entry 48,213", "Checkpoint 23 Nov 2026, 06:00 UTC", "Nothing is held outside yet", "/ledger/"
        ),
        search_url="/search/",
    )
    if day := request.GET.get("as_of"):
        banner = AsOfBanner(
            date.fromisoformat(day),
            "As of 1 June 2026, 23:59 (Europe/Dublin).",
            "31,884 entries proven by the checkpoint of 1 June",
            "12 later ones rest on the server's clock alone",
            request.path,
        )
        here = replace(here, as_of=banner)
    return {"shell": here, "now": NOW}


class RiskForm(forms.Form):
    """Every kind of field."""

    title = forms.CharField(label="What is to be decided", max_length=80)
    email = forms.EmailField(
        label="Who is told",
        help_text="They get a link, never the reasons.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    choice = forms.ChoiceField(
        label="Decision",
        choices=[("accept", "Accept"), ("reduce", "Reduce"), ("avoid", "Avoid")],
        widget=forms.RadioSelect,
    )
    area = forms.ChoiceField(label="Area", choices=[("access", "Access"), ("law", "Law")])
    reason = forms.CharField(label="Reason", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    read = forms.BooleanField(label="I have read the options weighed")
    token = forms.CharField(widget=forms.HiddenInput, required=False)


PATCH_DAYS = LineChart(
    name="patch-days",
    title="Oldest security update on offer",
    description="The wait fell from 31 days in January to 9 in November; March and April are not known.",
    unit="days",
    points=tuple(
        Point(date(2026, month, 1), value)
        for month, value in enumerate([31, 26, None, None, 22, 24, 17, 15, 16, 11, 9], start=1)
    ),
    target=14,
)
PROVEN = replace(
    PATCH_DAYS,
    name="proven",
    title="Safeguards proven",
    description="Up from 12 to 31.",
    unit="safeguards",
    points=tuple(
        Point(date(2026, 6, 1) + timedelta(days=20 * place), value)
        for place, value in enumerate([12, 12, 18, 21, 21, 27, 30, 31])
    ),
    target=None,
    step=True,
)
BARS = BarChart(
    "Findings by area",
    "open",
    (
        Bar("Access", 11, "bad", "/findings/?host=web-1"),
        Bar("Patching", 7),
        Bar("Continuity", 3),
        Bar("Detection, not seen", 5, "none"),
    ),
)
HOUSE = [
    ("Systems", 8, 0, 1, 0),
    ("Risk", 3, 0, 0, 1),
    ("Law", 5, 0, 1, 0),
    ("Policies", 0, 0, 0, 4),
    ("People", 4, 0, 0, 0),
    ("Access", 4, 1, 0, 0),
    ("Detection", 0, 0, 5, 0),
    ("Assurance", 0, 0, 0, 0),
]


def home(request: HttpRequest) -> HttpResponse:
    messages.success(request, "The report of web-1 was read: 25 outcomes.")
    context = {
        "house": HOUSE,
        "moments": [NOW - timedelta(minutes=3), NOW + timedelta(hours=19, minutes=40), NOW.date()],
        "facts": {
            "Law": "NIS2 Art 21(2)(j)",
            "Policy": "Access policy 7",
            "Maps to": "CSF PR.AA-03 · CIS 6.3",
        },
        "patch_days": PATCH_DAYS,
        "proven": PROVEN,
        "bars": BARS,
    }
    return render(request, "sample/home.html", context)


def findings(request: HttpRequest) -> HttpResponseBase:
    if request.GET.get("q") == "signed out":
        return redirect("/sign-in/")
    return views.show(request, FINDINGS, Finding.objects.using(ALIAS), template="sample/findings.html")


def search(request: HttpRequest) -> HttpResponseBase:
    """Two hits for the palette, a list for the page."""
    if request.headers.get("HX-Target") != "palette-found":
        return findings(request)
    if request.GET["q"] == "signed out":
        return redirect("/sign-in/")
    return HttpResponse(
        '<div role="group" aria-label="Hosts">'
        '<a role="option" aria-selected="false" tabindex="-1" id="hit-1" href="/form/">laptop-1</a>'
        '<a role="option" aria-selected="false" tabindex="-1" id="hit-2" href="/findings/?q=desk">desk-2</a>'
        "</div>"
    )


def form(request: HttpRequest, id: str = "") -> HttpResponse:
    risk = RiskForm(request.POST if request.method == "POST" else None)
    if risk.is_bound and "together" in risk.data:
        risk.add_error(None, "Accepting and telling nobody do not go together.")
    return render(request, "sample/form.html", {"form": risk})


def sign_in(request: HttpRequest) -> HttpResponse:
    return render(request, "sample/sign_in.html", {"form": RiskForm()})


def lost(request: HttpRequest) -> HttpResponse:
    raise NotFound("There is no finding f99.", "Look in the list of findings.")


def policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response["Content-Security-Policy"] = POLICY
        return response

    return answer


urlpatterns = [
    path("", home),
    path("findings/", findings),
    path("form/", form),
    path("sign-in/", sign_in),
    path("lost/", lost),
    path("search/", search),
    path("findings/<id>/", form),
]
handler404 = views.page_not_found

SETTINGS: dict[str, Any] = {
    "ROOT_URLCONF": sys.modules[__name__],
    "DEBUG": False,
    "ALLOWED_HOSTS": ["*"],
    "LANGUAGE_CODE": "en-gb",
    "TIME_ZONE": "Europe/Dublin",
    "STATIC_URL": "/static/",
    "STORAGES": {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
    "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
    "CSRF_FAILURE_VIEW": "duecare.web.views.csrf_failure",
    "MIDDLEWARE": [
        "tests.web.pages.policy",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "duecare.web.views.ExplainErrors",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.messages.context_processors.messages",
                    "tests.web.pages.shell",
                ],
            },
        }
    ],
}
