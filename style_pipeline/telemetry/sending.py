"""The door to OpenTelemetry: sends traces and the numbers in them to where the environment says.

That is Application Insights, where ``APPLICATIONINSIGHTS_CONNECTION_STRING`` is set, as everywhere
on Azure; or stderr or a file, a line of JSON for each span, by ``STYLE_PIPELINE_TRACES``. Nobody
else is told anything.
"""

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from style_pipeline.errors import TelemetryError
from style_pipeline.settings import INSIGHTS, TRACES
from style_pipeline.telemetry.trace import Span, Trace

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import SpanContext

SERVICE = "style_pipeline"

_NANO = 1_000_000_000

HISTOGRAMS = {
    "frames_per_second": "frames painted per second, all ranks together",
    "node_hours": "node-hours of a cluster that a video took",
    "cost": "what these cost, by the operator's table of prices",
    "cost_per_minute_of_video": "the same for each minute of the video",
}
"""Numbers among an asset's facts that are metrics too, and what they are."""

GAUGES = {
    "waiting": "runs that have not begun",
    "at_work": "runs that have begun and not ended",
    "stuck": "runs at work in which nothing moves",
    "failing_sensors": "sensors whose last look failed",
}
"""Numbers that tell how the platform is just now, and what they are."""


_TOLD_TO_OTHERS = (
    # Asks settings.sdk.monitor.azure.com every hour how to behave.
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
    # Tells Microsoft, of each installation, how the exporter is used and where it runs.
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    # Counts what it sends, in a thread that nobody ends.
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
)
"""What Azure's exporter does besides, unless these variables are 'true'; it reads them itself."""


@contextmanager
def open_telemetry(environ: Mapping[str, str]) -> Iterator["Telemetry"]:
    """What ``environ`` asks for, for as long as the block lasts."""
    telemetry = Telemetry(*_exporters(environ))
    try:
        yield telemetry
    finally:
        telemetry.close()


class Telemetry:
    """Sends traces by these exporters, until it is closed."""

    def __init__(self, spans: "SpanExporter", metrics: "MetricExporter") -> None:
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

        self._spans = spans
        reader = PeriodicExportingMetricReader(metrics, export_interval_millis=float("inf"))
        self._meters = MeterProvider([reader], resource=_resource(), shutdown_on_exit=False)

    def send(self, trace: Trace) -> None:
        """All spans of ``trace``, and its numbers; raises TelemetryError where it is not taken."""
        from opentelemetry.sdk.trace.export import SpanExportResult

        readable = [_readable(trace, span) for span in trace.spans]
        if self._spans.export(readable) is not SpanExportResult.SUCCESS:
            raise TelemetryError(f"the trace of run {trace.name} was not taken; it is tried again")
        _measure(self._meters.get_meter(SERVICE), trace)

    def beat(self, numbers: Mapping[str, int]) -> None:
        """How the platform is just now: a number for each of :data:`GAUGES`."""
        meter = self._meters.get_meter(SERVICE)
        for name, description in GAUGES.items():
            meter.create_gauge(f"{SERVICE}.{name}", "", description).set(numbers[name])

    def close(self) -> None:
        """Send the numbers of all traces, and let go of exporters and their threads."""
        self._meters.force_flush()
        self._meters.shutdown()
        self._spans.shutdown()


def _exporters(environ: Mapping[str, str]) -> "tuple[SpanExporter, MetricExporter]":
    from opentelemetry.sdk.metrics.export import ConsoleMetricExporter
    from opentelemetry.sdk.trace.export import ConsoleSpanExporter

    insights = environ.get(INSIGHTS)
    if insights:
        for name in _TOLD_TO_OTHERS:
            os.environ.setdefault(name, "true")
        from azure.monitor.opentelemetry.exporter import (
            AzureMonitorMetricExporter,
            AzureMonitorTraceExporter,
        )
        from opentelemetry.sdk.trace import TracerProvider

        known = {"connection_string": insights}
        # It asks a provider who sends this, and logs an error for every trace where there is none.
        sender = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        return (
            AzureMonitorTraceExporter(**known, tracer_provider=sender),
            AzureMonitorMetricExporter(**known),
        )
    target = environ.get(TRACES, "console")
    out = sys.stderr if target == "console" else Path(target).open("a")  # noqa: SIM115
    return (
        ConsoleSpanExporter(SERVICE, out, lambda span: span.to_json(indent=None) + "\n"),
        ConsoleMetricExporter(out, lambda data: data.to_json(indent=None) + "\n"),
    )


def _readable(trace: Trace, span: Span) -> "ReadableSpan":
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import Status, StatusCode

    return ReadableSpan(
        name=span.path[-1] if span.path else "video",
        context=_context(trace, span.path),
        parent=_context(trace, span.path[:-1]) if span.path else None,
        resource=_resource(),
        attributes={f"{SERVICE}.{name}": value for name, value in span.attributes.items()},
        status=Status(StatusCode.OK if span.well else StatusCode.ERROR),
        start_time=round(span.start * _NANO),
        end_time=round(span.end * _NANO),
    )


def _context(trace: Trace, path: tuple[str, ...]) -> "SpanContext":
    """Ids that follow from names: what is sent twice is the same span."""
    from opentelemetry.trace import SpanContext, TraceFlags

    run = hashlib.sha256(trace.name.encode()).digest()
    span = hashlib.sha256("/".join((trace.name, *path)).encode()).digest()
    return SpanContext(
        trace_id=int.from_bytes(run[:16]),
        span_id=int.from_bytes(span[:8]),
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )


def _measure(meter: "Meter", trace: Trace) -> None:
    style = {"style": trace.root.attributes.get("style", "")}
    ended = {**style, "status": trace.root.attributes.get("status", "")}
    meter.create_counter(f"{SERVICE}.videos", description="runs by how they ended").add(1, ended)
    seconds = meter.create_histogram(f"{SERVICE}.seconds", "s", "time that each part took")
    retries = meter.create_counter(f"{SERVICE}.retries", description="attempts after the first")
    for span in trace.spans:
        if len(span.path) == 1:
            seconds.record(span.end - span.start, {**style, "part": span.path[0]})
            retries.add(int(span.attributes.get("attempt", 1)) > 1, style)
        for name, description in HISTOGRAMS.items():
            if name in span.attributes:
                value = float(span.attributes[name])
                meter.create_histogram(f"{SERVICE}.{name}", "", description).record(value, style)


def _resource() -> "Resource":
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource

    return Resource({SERVICE_NAME: SERVICE})
