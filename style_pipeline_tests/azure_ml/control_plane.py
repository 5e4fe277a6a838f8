"""The control plane: checks every request, and answers as Azure would."""

import threading
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator

from style_pipeline_tests.azure_ml.routes import ROUTES, Route
from style_pipeline_tests.azure_ml.state import Refusal, State
from style_pipeline_tests.azure_ml.web import Reply, Request


@dataclass
class ControlPlane:
    """``calls`` names what was asked, in order; ``violations`` what should never have been."""

    state: State
    calls: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    bodies: list[tuple[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Reply:
        """Answer one request; what is not foreseen is refused."""
        route, names = find(request.method, request.path)
        if route is None:
            return self._violation(f"unknown call {request.method} {request.path}")
        self.calls.append(route.call)
        self.bodies.append((route.call, request.body))
        fault = self.state.faults.reply(route.call)
        if fault is not None:
            return fault
        for complaint in _complaints(route, request):
            return self._violation(f"{route.call}: {complaint}")
        reply = self._answer(route, request, names)
        if route.call in self.state.faults.lost:
            self.state.faults.lost.remove(route.call)
            return Reply(None)
        return reply

    def _answer(self, route: Route, request: Request, names: dict[str, str]) -> Reply:
        if not (route.public or request.headers.get("authorization", "").startswith("Bearer ")):
            return _error(Refusal(401, "AuthenticationFailed", "who are you?"))
        try:
            with self._lock:
                return route.answer(self.state, request, **names)
        except Refusal as refusal:
            return _error(refusal)

    def _violation(self, text: str) -> Reply:
        self.violations.append(text)
        return _error(Refusal(400, "EmulatorRefuses", text))


def find(method: str, path: str) -> tuple[Route | None, dict[str, str]]:
    """The route of a request and the names in its path; no route where there is none."""
    for route in ROUTES:
        match = route.pattern.fullmatch(path)
        if match and route.method == method:
            return route, match.groupdict()
    return None, {}


def _complaints(route: Route, request: Request) -> list[str]:
    version = request.query.get("api-version")
    if version not in (route.version, route.also or route.version):
        return [f"api-version {version}, not {route.version}"]
    if route.schema is None:
        return [] if request.body is None else [f"a body that is not looked at: {request.body}"]
    faults = Draft202012Validator(route.schema).iter_errors(request.body)
    return [f"{fault.json_path}: {fault.message}" for fault in faults]


def _error(refusal: Refusal) -> Reply:
    error = {"code": refusal.code, "message": refusal.message}
    return Reply(refusal.status, {"error": error})
