"""The one job: a video in, its painting out."""

import dagster as dg

UPLOAD_TAG = "style_pipeline/upload"
"""Run tag: name, content and intake version of the upload, so that none is painted twice."""

paint_video = dg.define_asset_job(
    "paint_video",
    description=(
        "Everything for one `STYLE|VIDEO`: take the sound and the frames, paint the frames, put "
        "the video together again. Run it again after a failure: what is finished is kept."
    ),
)
