"""Traces and metrics, and the one door through which they leave: OpenTelemetry."""

from style_pipeline.telemetry.sending import Telemetry, open_telemetry
from style_pipeline.telemetry.trace import Span, Trace

__all__ = ["Span", "Telemetry", "Trace", "open_telemetry"]
