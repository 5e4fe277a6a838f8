"""The storage account as any tool sees it that knows a signed URL only."""

import ssl
import urllib.request
from collections.abc import Mapping
from urllib.error import HTTPError


def ask(
    uploader: Mapping[str, str], method: str, url: str, content: bytes | None = None
) -> tuple[int, bytes]:
    """Status and body; ``uploader`` names the authority to trust."""
    headers = {"x-ms-blob-type": "BlockBlob"} if content else {}
    request = urllib.request.Request(url, content, headers, method=method)  # noqa: S310
    context = ssl.create_default_context(cafile=uploader["CA"])
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        with opener.open(request) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()
