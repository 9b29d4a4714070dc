"""CSV of KoboToolbox and ODK Central: headers are a form's names behind those of their groups.

Several answers are names with blanks between them; beside that column there may be one for each choice.
"""

from __future__ import annotations

from xinqiao.intake.imports.style import Style


def _stems(header: str) -> tuple[str, ...]:
    """`group/name` (Kobo) and `group-name` (Central) from each of their parts on."""
    parts = header.replace("/", "-").split("-")
    return tuple(header[-len("-".join(parts[at:])) :] for at in range(1, len(parts)) if "-".join(parts[at:]))


ODK = Style(
    name="odk",
    marks=(("KEY", "_uuid", "meta/instanceID", "meta-instanceID", "_submission_time"),),
    about=(
        "meta-instanceID", "meta/instanceID", "meta-instanceName", "meta/instanceName", "meta/rootUuid", "instanceID",
        "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status", "ReviewState",
        "DeviceID", "Edits", "FormVersion", "start", "end", "today", "deviceid", "phonenumber", "simserial",
        "subscriberid", "username", "email", "audit", "_id", "_validation_status", "_notes", "_status",
        "_submitted_by", "__version__", "_tags", "_index", "_xform_id_string", "_bamboo_dataset_id", "_attachments",
        "_geolocation", "formhub/uuid", "_uuid", "KEY",
    ),
    day=("SubmissionDate", "_submission_time"),
    number=("KEY", "_uuid"),
    everywhere=True,
    separators=(" ",),
    stems=_stems,
)  # fmt: skip
