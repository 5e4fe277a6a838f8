"""What may be sent: no field that the API does not know, none of another type.

Written by hand from Azure's type descriptions, for exactly the fields that we cause to be sent. A
new field is a change of the protocol: it has to be looked up before it is added here. Statuses and
other enumerations are closed. Two of the SDK's own liberties are allowed and marked.
"""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
GUID: Schema = {
    "type": "string",
    "pattern": r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
DURATION: Schema = {"type": "string", "pattern": r"^P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$"}


def record(required: dict[str, Schema], **optional: Schema) -> Schema:
    """An object with exactly these fields."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": sorted(required),
        "additionalProperties": False,
    }


def either(*values: str) -> Schema:
    """A closed enumeration."""
    return {"enum": list(values)}


def resource(properties: Schema, **more: Schema) -> Schema:
    """The envelope of every resource that is sent."""
    return record({"properties": properties}, **more)


SECRETS = record({"expirableSecret": FLAG, "expireAfterHours": COUNT})

UPLOAD = record({"pendingUploadType": either("TemporaryBlobReference")})

CODE = resource(
    record(
        {
            "codeUri": TEXT,
            "isAnonymous": FLAG,
            # The SDK sends the hash's version as a number; the API describes texts only.
            "properties": record(
                {"hash_sha256": TEXT, "hash_version": {"type": ["string", "integer"]}}
            ),
        }
    )
)

JOB = resource(
    record(
        {
            "jobType": either("Command"),
            "command": TEXT,
            "codeId": TEXT,
            "computeId": TEXT,
            "environmentId": TEXT,
            "environmentVariables": TEXTS,
            "experimentName": TEXT,
            "displayName": TEXT,
            "isArchived": FLAG,
            "tags": TEXTS,
            "properties": TEXTS,
            "inputs": record({}),
            "outputs": record({}),
            "distribution": record(
                {"distributionType": either("Mpi"), "processCountPerInstance": COUNT}
            ),
            "resources": record({"instanceCount": COUNT, "properties": record({})}),
            "limits": record({"jobLimitsType": either("Command"), "timeout": DURATION}),
            "identity": record({"identityType": either("Managed")}, clientId=GUID),
        }
    )
)

OUTPUTS = record(
    {
        "runId": TEXT,
        "selectRunMetadata": FLAG,
        "selectRunDefinition": FLAG,
        "selectJobSpecification": FLAG,
    }
)

ENVIRONMENT = resource(
    record(
        {
            "build": record({"contextUri": TEXT, "dockerfilePath": TEXT}),
            "isAnonymous": FLAG,
            "isArchived": FLAG,
            "description": TEXT,
        }
    )
)

SCALE = record(
    {"minNodeCount": COUNT, "maxNodeCount": COUNT, "nodeIdleTimeBeforeScaleDown": DURATION}
)

CLUSTER = record(
    {
        "vmSize": TEXT,
        "vmPriority": either("Dedicated", "LowPriority"),
        "osType": either("Linux", "Windows"),
        "scaleSettings": SCALE,
        "remoteLoginPortPublicAccess": either("Enabled", "Disabled", "NotSpecified"),
        "enableNodePublicIp": FLAG,
    },
    subnet=record({"id": TEXT}),
)

IDENTITY = record(
    {"type": either("SystemAssigned", "UserAssigned", "SystemAssigned,UserAssigned", "None")},
    userAssignedIdentities={"type": "object", "additionalProperties": record({})},
)

COMPUTE = resource(
    record(
        {"computeType": either("AmlCompute"), "properties": CLUSTER},
        disableLocalAuth=FLAG,
    ),
    location=TEXT,
    identity=IDENTITY,
)
