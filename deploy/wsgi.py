"""The public portal for gunicorn, in place of `rohnamo serve`; what it serves stands in the environment.

``gunicorn --preload --workers 2 --worker-class gthread --threads 8 --bind 127.0.0.1:8000 wsgi:app``

``--preload`` makes the workers copies of one process: only then do they count forms together (`web.public.forms`).
"""

import os

from mapping.area.study_area import StudyArea
from web import create_app

app = create_app(
    os.environ["ROHNAMO_VIEW"],
    StudyArea.load(os.environ["ROHNAMO_AREA"]),
    inbox=os.environ.get("ROHNAMO_INBOX"),
    proxies=int(os.environ.get("ROHNAMO_PROXIES", "0")),
    keep=True,
)
