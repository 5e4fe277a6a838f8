"""Every call that there is: method, path, api-version, body, and who answers it.

Anything else is refused and remembered, so that a new SDK that speaks otherwise fails loudly.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from style_pipeline_tests.azure_ml import assets, clusters, jobs, places, schemas
from style_pipeline_tests.azure_ml.schemas import Schema
from style_pipeline_tests.azure_ml.state import ARM
from style_pipeline_tests.azure_ml.web import Reply

_HISTORY = f"/history/v1.0{ARM}/"


@dataclass(frozen=True)
class Route:
    """``path`` starts with ``/``, or is below the workspace; ``{name}`` is one segment.

    ``version`` None is for services that have none in the query; ``also`` is a second one, where
    the SDK's clients for clusters and for datastores do not agree.
    """

    method: str
    path: str
    version: str | None
    answer: Callable[..., Reply]
    schema: Schema | None = None
    public: bool = False
    also: str | None = None

    @property
    def call(self) -> str:
        """How a test names it."""
        path = self.path.replace(_HISTORY, "history/")
        return f"{self.method} {path or 'workspace'}"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        below = self.path if self.path.startswith("/") else f"{ARM}/{self.path}".rstrip("/")
        parts = re.split(r"(\{\w+\})", below)
        groups = [f"(?P<{p[1:-1]}>[^/]+)" if p.startswith("{") else re.escape(p) for p in parts]
        return re.compile("".join(groups), re.IGNORECASE)


_CODE = "codes/{name}/versions"
_ENVIRONMENT = "environments/{name}/versions/{version}"
_COMPUTE = "computes/{name}"

ROUTES = (
    Route("GET", "/metadata/endpoints", "2019-05-01", places.metadata, public=True),
    Route("GET", "/discovery", None, places.discovery, public=True),
    Route("GET", "", "2024-10-01-preview", places.workspace, also="2023-08-01-preview"),
    Route("GET", "datastores", "2024-10-01-preview", places.datastores),
    Route("GET", "datastores/{name}", "2024-10-01-preview", places.datastore),
    Route(
        "POST",
        "datastores/{name}/listSecrets",
        "2024-10-01-preview",
        places.secrets,
        schemas.SECRETS,
    ),
    Route("GET", _CODE, "2023-04-01", assets.codes_by_hash),
    Route("GET", f"{_CODE}/{{version}}", "2023-04-01", assets.get_code),
    Route("PUT", f"{_CODE}/{{version}}", "2023-04-01", assets.put_code, schemas.CODE),
    Route(
        "POST",
        f"{_CODE}/{{version}}/startPendingUpload",
        "2023-04-01",
        assets.start_upload,
        schemas.UPLOAD,
    ),
    Route("GET", _ENVIRONMENT, "2023-04-01-preview", assets.get_environment),
    Route("PUT", _ENVIRONMENT, "2023-04-01-preview", assets.put_environment, schemas.ENVIRONMENT),
    Route("GET", _COMPUTE, "2023-08-01-preview", clusters.get_compute),
    Route("PUT", _COMPUTE, "2023-08-01-preview", clusters.put_compute, schemas.COMPUTE),
    Route("DELETE", _COMPUTE, "2023-08-01-preview", clusters.delete_compute),
    Route("GET", "operations/{number}", "2023-08-01-preview", clusters.operation),
    Route("GET", "jobs/{name}", "2024-01-01-preview", jobs.get_job),
    Route("PUT", "jobs/{name}", "2025-01-01-preview", jobs.put_job, schemas.JOB),
    Route("POST", "jobs/{name}/cancel", "2023-04-01-preview", jobs.cancel_job),
    Route("GET", f"{_HISTORY}runs/{{name}}/details", "v1.0", jobs.run_details),
    Route("POST", f"{_HISTORY}rundata", "v1.0", jobs.run_data, schemas.OUTPUTS),
)
