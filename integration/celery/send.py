"""Sends the tasks listed on standard input, as JSON: name, arguments and options of each."""

import json
import sys

from app import app

for name, args, options in json.load(sys.stdin):
    app.tasks[name].apply_async(args, **options)
app.close()
