"""The environment is read whole or refused with the names of what is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.settings import environment

WHOLE = {
    "PROCORE_COMPANY": "7000",
    "PROCORE_API_URL": "https://api.procore.com",
    "PROCORE_LOGIN_URL": "https://login.procore.com",
    "PROCORE_SECRET": "procore",
    "INTACCT_URL": "https://api.intacct.com/ia/xml/xmlgw.phtml",
    "INTACCT_COMPANY": "acme",
    "INTACCT_SECRET": "intacct",
    "WEBHOOK_SECRET": "webhook",
    "WEBHOOK_QUEUE_URL": "https://sqs/queue.fifo",
    "STATE_TABLE": "state",
    "CROSS_REFERENCES_TABLE": "pairs",
    "PAYLOADS_BUCKET": "payloads",
    "EXPORT_MACHINE_ARN": "arn:export",
    "IMPORT_MACHINE_ARN": "arn:import",
    "MAIL_FROM": "sync@example.com",
}


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (*WHOLE, "INTACCT_CONCURRENCY", "APP_URL"):
        monkeypatch.delenv(name, raising=False)
    environment.cache_clear()
    yield
    environment.cache_clear()


def _set(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_what_may_be_left_out_has_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, **WHOLE)
    here = environment()
    assert (here.intacct_concurrency, here.app_url, here.procore_company) == (2, "", "7000")


def test_a_number_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, **WHOLE, INTACCT_CONCURRENCY="4")
    assert environment().intacct_concurrency == 4


def test_everything_that_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, **WHOLE)
    monkeypatch.delenv("STATE_TABLE")
    monkeypatch.delenv("MAIL_FROM")
    with pytest.raises(ValueError, match=r"STATE_TABLE is missing, MAIL_FROM is missing\.$"):
        environment()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROCORE_COMPANY", "acme"),
        ("PROCORE_API_URL", "ftp://procore"),
        ("INTACCT_URL", "https://api intacct"),
        ("INTACCT_CONCURRENCY", "0"),
        ("INTACCT_CONCURRENCY", "51"),
        ("STATE_TABLE", ""),
        ("MAIL_FROM", "nobody"),
        ("APP_URL", "https://app/"),
    ],
)
def test_what_is_malformed_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    _set(monkeypatch, **{**WHOLE, name: value})
    with pytest.raises(ValueError, match=f"{name} is malformed") as raised:
        environment()
    assert not value or f" {value}" not in str(raised.value)
