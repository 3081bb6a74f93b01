"""One request document in, one response document out: the four levels at which the gateway says yes or no."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sandbox.intacct.answers import Answers, Outcome, Status, bare_failure
from sandbox.intacct.context import Context, Tenant
from sandbox.intacct.functions import Call
from sandbox.intacct.grammar import SchemaError, check
from sandbox.intacct.nodes import NotXmlError, parse
from sandbox.intacct.problems import ROLLED_BACK, Problem, Refused
from sandbox.intacct.request import (
    Control,
    EnvelopeError,
    Function,
    Login,
    Operation,
    check_control,
    control_of,
    glimpse,
    operation_of,
)
from sandbox.intacct.sessions import Session

XML = "text/xml; charset=UTF-8"
SIGN_IN_FAILED = "Sign-in information is incorrect"


@dataclass(frozen=True)
class HttpAnswer:
    status: int
    content_type: str
    body: bytes


class _NotSignedIn(Exception):  # noqa: N818  an answer, not an error
    def __init__(self, user_id: str, company_id: str, text: str) -> None:
        super().__init__(text)
        self.user_id, self.company_id, self.text = user_id, company_id, text


@dataclass(frozen=True)
class _Done:
    function: Function
    status: Status
    outcome: Outcome


class Gateway:
    """The XML gateway of one tenant. Not safe for threads: the simulator lets one request in at a time."""

    def __init__(self, tenant: Tenant, calls: Mapping[str, Call]) -> None:
        self._tenant = tenant
        self._calls = calls
        self._requests = 0

    def answer(self, body: bytes) -> HttpAnswer:
        """Work on one request body."""
        self._requests += 1
        support_id = self._support_id()
        if not body or len(body) > self._tenant.settings.max_body_bytes:
            return gateway_failure(400, "GW-0011", f"Invalid Request [Request ID: {support_id}]")
        control = glimpse(body)
        try:
            root = parse(body)
            control = control_of(root)
            if not self._is_sender(control):
                return self._control_failure(control, "XL03000006", "Incorrect Intacct XML Partner ID or password.", support_id)
            if control.policy_id:
                text = f"{control.policy_id} is not a valid transport policy."
                return self._control_failure(control, "XL03000006", text, support_id)
            check_control(control)
            operation = operation_of(root)
            for function in operation.functions:
                self._check_form(function)
        except EnvelopeError:
            return gateway_failure(400, "GW-0011", f"Invalid Request [Request ID: {support_id}]")
        except (NotXmlError, SchemaError) as error:
            return self._control_failure(control, "XL03000003", str(error), support_id)
        return self._operate(Answers(control, support_id), operation)

    def _operate(self, answers: Answers, operation: Operation) -> HttpAnswer:
        settings = self._tenant.settings
        try:
            session = self._sign_in(operation)
        except _NotSignedIn as refused:
            if settings.sign_in_failure == "401":
                return gateway_failure(401, "XMLGW_JPP0002", f"{SIGN_IN_FAILED}. Please check your request.")
            problem = Problem("XL03000006", refused.text)
            return HttpAnswer(200, XML, answers.not_signed_in(refused.user_id, refused.company_id, problem))
        done = self._run(Context(self._tenant, session), answers.control, operation)
        raw = done[0].outcome.raw
        if raw is not None and len(done) == 1:
            return HttpAnswer(200, raw.content_type, raw.body.encode())
        signed_in = answers.signed_in(settings.user_id, settings.company_id, session)
        results = [answers.result(one.function, one.status, one.outcome.payload, one.outcome.problems) for one in done]
        return HttpAnswer(200, XML, answers.operation(signed_in, results))

    def _sign_in(self, operation: Operation) -> Session:
        if operation.login is not None:
            return self._log_in(operation.login)
        session = self._tenant.sessions.touch(operation.session_id)
        if session is None:
            raise _NotSignedIn("", "", f"Invalid session {operation.session_id[:4]}....")
        return session

    def _log_in(self, login: Login) -> Session:
        settings = self._tenant.settings
        given = (login.company_id, login.user_id, login.password)
        if given != (settings.company_id, settings.user_id, settings.user_password):
            raise _NotSignedIn(login.user_id, login.company_id, SIGN_IN_FAILED)
        if login.location_id and not self._tenant.is_entity(login.location_id):
            raise _NotSignedIn(login.user_id, login.company_id, f"The location '{login.location_id}' is not an entity.")
        return self._tenant.sessions.unsaved(login.location_id)

    def _is_sender(self, control: Control) -> bool:
        settings = self._tenant.settings
        return (control.sender_id, control.password) == (settings.sender_id, settings.sender_password)

    def _check_form(self, function: Function) -> None:
        call = self._calls.get(function.name)
        if call is None:
            raise SchemaError(function.name, "This element is not expected.")
        if call.form is not None:
            check(function.node, call.form)

    def _run(self, context: Context, control: Control, operation: Operation) -> list[_Done]:
        functions = operation.functions
        if len(functions) > 1 and any(function.name == "getAPISession" for function in functions):
            alone = Problem("Get API Session Failed", "getAPISession must be the only function of its request.")
            return [_Done(function, "failure", Outcome(problems=(alone,))) for function in functions]
        if operation.transaction:
            return self._run_together(context, control, functions)
        done: list[_Done] = []
        for function in functions:
            outcome = self._outcome(context, control, function)
            done.append(_Done(function, outcome.status, outcome))
            self._remember(control, done[-1:])
        return done

    def _run_together(self, context: Context, control: Control, functions: tuple[Function, ...]) -> list[_Done]:
        """All or nothing: what was done is undone with the first failure, and what was not begun is not begun."""
        done: list[_Done] = []
        try:
            with context.store.atomic():
                for function in functions:
                    before = [one.function.control_id for one in done]
                    outcome = self._outcome(context, control, function, before)
                    done.append(_Done(function, outcome.status, outcome))
                    _refuse(outcome.problems)
        except Refused as refused:
            failed = done[-1].function
            own = Outcome(problems=(*refused.problems, ROLLED_BACK))
            aborted = Outcome(problems=(ROLLED_BACK,))
            status = self._tenant.settings.failing_function_status
            return [_Done(function, status, own) if function is failed else _Done(function, "aborted", aborted) for function in functions]
        self._remember(control, done)
        return done

    def _outcome(self, context: Context, control: Control, function: Function, before: Collection[str] = ()) -> Outcome:
        """What one function comes to; of a refused one nothing stays but the records that create had finished."""
        if control.unique:
            completed = self._tenant.completed.find(function.control_id)
            if completed is not None or function.control_id in before:
                return self._replay(function, completed.payload if completed else "")
        try:
            with context.store.atomic():
                return self._calls[function.name].run(context, function.node)
        except Refused as refused:
            return Outcome(problems=refused.problems)

    def _replay(self, function: Function, payload: str) -> Outcome:
        """The refusal of a control id that "was previously executed and completed" (web-services/requests)."""
        settings = self._tenant.settings
        problem = Problem(
            settings.replay_errorno,
            f"The function with the controlid '{function.control_id}' was previously executed and completed.",
            description="Duplicate controlid",
            correction="Use another controlid for another function.",
            errorid="XMLGW-0011",
            category="Duplication Prevention",
            messageid="IA.CONTROLID_PREVIOUSLY_COMPLETED",
            placeholders=(("CONTROLID", function.control_id),),
        )
        return Outcome(payload if settings.replay_returns_key else "", (problem,))

    def _remember(self, control: Control, done: list[_Done]) -> None:
        for one in done:
            if control.unique and one.status == "success":
                self._tenant.completed.remember(one.function.control_id, one.outcome.payload)

    def _control_failure(self, control: Control, errorno: str, text: str, support_id: str) -> HttpAnswer:
        answers = Answers(control, support_id)
        body = answers.response(answers.errors([Problem(errorno, text)]), status="failure")
        return HttpAnswer(200, XML, body)

    def _support_id(self) -> str:
        digest = hashlib.sha256(str(self._requests).encode()).hexdigest()[:12]
        return f"Sbx{self._requests:05}%7E{digest}AAAA"


def _refuse(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise Refused(*problems)


def gateway_failure(status: int, errorno: str, description: str) -> HttpAnswer:
    """A refusal of the gateway in front, with its bare control block."""
    return HttpAnswer(status, XML, bare_failure(errorno, description))
