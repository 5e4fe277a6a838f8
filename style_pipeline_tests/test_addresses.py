"""What is sent leaves this machine encrypted or not at all."""

import pytest

from style_pipeline.addresses import is_safe


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook",
        "http://localhost:1/x",
        "http://127.0.0.1/x",
        "http://127.9.9.9",
        "http://[::1]:8/x",
    ],
)
def test_encrypted_or_on_this_machine(url: str) -> None:
    assert is_safe(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "http://example.com",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "ftp://localhost/x",
        "file:///etc/passwd",
        "http://[::1/x",
        "https://example.com:port/x",
    ],
)
def test_nothing_else(url: str) -> None:
    assert not is_safe(url)
