"""Bringing a file on the pages as a person does: sent, its columns agreed to, its preview confirmed."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duecare.ledger.records import utc_now


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", text)


def send(client: Client, list_id: str, data: bytes | str, name: str = "list.csv") -> Any:
    """Bring a file and say yes to the columns that are proposed; the preview."""
    upload = SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)
    said = {"file": upload, "downloaded": utc_now().date().isoformat()}
    answer = client.post(f"/imports/new/{list_id}/", said, follow=True)
    page = answer.content.decode()
    if "/columns/" not in str(answer.request["PATH_INFO"]):
        return answer
    values = {}
    for name, options in re.findall(r'<select name="(\w+)"(.*?)</select>', page, re.DOTALL):
        found = re.search(r'value="(\d*)" selected', options)
        values[name] = found[1] if found else ""
    return client.post(answer.request["PATH_INFO"], values, follow=True)


def confirm(client: Client, preview: Any) -> Any:
    found = re.search(r'name="plan" value="([0-9a-f]+)"', preview.content.decode())
    assert found, words(preview)
    return client.post(f"{preview.request['PATH_INFO']}confirm/", {"plan": found[1]}, follow=True)
