"""What a tenant's administrator and the vendor decide, and every guess where nothing public says how the gateway behaves.

A guess is marked [?] as in the wire notes; each can be changed while the simulator runs (``settings`` in process,
``PATCH /_sandbox/settings`` from outside), so that a client can be tried against both answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Literal, get_args, get_origin, get_type_hints


@dataclass
class Settings:
    # Credentials and sessions
    sender_id: str = "sandbox"
    sender_password: str = "sandbox"
    company_id: str = "demo"
    user_id: str = "connector"
    user_password: str = "sandbox"
    session_minutes: int = 60
    sign_in_failure: Literal["401", "operation"] = "401"
    """Wrong user or dead session: HTTP 401 with XMLGW_JPP0002, or HTTP 200 with XL03000006 at the operation level."""

    # The user's formats (readUserFormatting)
    gmt_offset_minutes: int = 0
    locale: str = "en_US"
    date_format: str = "/mdY"
    clock_hours: Literal["12", "24"] = "24"

    # The company
    multi_entity: bool = True
    closed_until: date | None = None
    """The last day of the closed periods; a posting date on or before it is refused."""
    vendor_sequence: bool = False
    project_sequence: bool = False
    attachment_sequence: bool = False
    conversion_reversal: bool = True
    """Whether lines may allow negative conversions (reverseconversion)."""
    approved_definitions: set[str] = field(default_factory=set)
    """Transaction definitions whose documents must be approved: they are created in the state Submitted."""
    payable_account: str = "2010"
    retainage_account: str = "2050"
    cash_account: str = "1010"
    default_expense_account: str = "5050"
    denied_objects: set[str] = field(default_factory=set)
    """Objects for which the API user has no permission (PL04000005)."""
    gl_job_cost_dimensions: bool = True
    """[?] Whether GLENTRY, GLDETAIL and APBILLITEM have TASKID and COSTTYPEID in this tenant."""
    terminology: dict[str, str] = field(default_factory=dict)
    """Renamed terms in error texts, such as {"Project": "Job", "Task": "Cost Code"}."""

    # The gateway
    max_body_bytes: int = 10_000_000
    """[?] Beyond it GW-0011."""
    concurrency_limit: int | None = None
    """[?] Requests in flight beyond it get 429 GW-0010; None does not limit."""
    think_seconds: float = 0.0
    """Time every request takes before it is worked on, outside the lock."""

    # Guesses
    replay_errorno: str = "XL03000011"
    """[?] The code for a completed controlid sent again with uniqueid=true; no public source names the real one."""
    replay_returns_key: bool = False
    """[?] Whether the refusal of a replay carries the first execution's answer."""
    replay_minutes: int | None = None
    """[?] How long a completed controlid is remembered; None for ever."""
    failing_function_status: Literal["failure", "aborted"] = "failure"
    """[?] Status of the failing function of a transaction."""
    read_tags: Literal["upper", "lower"] = "upper"
    """[?] Case of row tags of read and readByName."""
    unordered_results: Literal["changing", "stable"] = "changing"
    """[?] Without orderby, another order at each call, or one that is not by record number but stays the same."""
    unknown_fields: Literal["refuse", "ignore"] = "refuse"
    """[?] What generic create and update do with a field the object does not have."""
    change_order_amounts: Literal["delta", "new value"] = "delta"
    """[?] Whether quantity and price of a change-order line are the change or the line's new value."""
    apbill_retainage_writable: bool = False
    """[?] Whether create APBILL accepts RETAINAGEPERCENTAGE and TRX_AMOUNTRETAINED on a line."""
    supdoc_key: Literal["supdocid", "recordno"] = "supdocid"
    """[?] The key that create_supdoc returns."""
    cursor_tied_to_session: bool = True
    """[?] Whether a resultId works only in the session that made it."""

    def change(self, values: dict[str, Any]) -> None:
        """Set several by name, as JSON gives them; nothing is set when one is refused.

        Raises:
            ValueError: an unknown name, or a value of the wrong kind.
        """
        known = get_type_hints(Settings)
        converted = {}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"{name}: no such setting")
            if get_origin(known[name]) is Literal and value not in get_args(known[name]):
                raise ValueError(f"{name}: {value!r} is none of {', '.join(get_args(known[name]))}")
            converted[name] = _converted(name, value, getattr(self, name))
        for name, value in converted.items():
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        """All but the passwords, as JSON values."""
        shown = {one.name: getattr(self, one.name) for one in fields(self) if "password" not in one.name}
        return {name: _shown(value) for name, value in shown.items()}


def _converted(name: str, value: Any, now: Any) -> Any:
    if name == "closed_until":
        return None if value is None else date.fromisoformat(value)
    if isinstance(now, set):
        return set(value)
    if now is not None and value is not None and type(value) is not type(now) and not isinstance(now, float):
        raise ValueError(f"{name}: {value!r} is not a {type(now).__name__}")
    return value


def _shown(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, set) else value
