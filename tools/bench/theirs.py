"""A process that reads GLDETAIL with sageintacctsdk and says what it took; runs in .run/bench-venv, which knows nothing of ours.

    python theirs.py URL get_all|get_all_generator

The SDK gives dictionaries of texts; it opens a connection for every call. Its address is fixed inside it, hence the private name.
"""

import json
import sys
import time
from pathlib import Path

from sageintacctsdk.apis.gl_detail import GLDetail


def main(url: str, way: str) -> None:
    details = GLDetail()
    details._ApiBase__api_url = url  # noqa: SLF001
    details.set_sender_id("sandbox")
    details.set_sender_password("sandbox")
    details.set_show_private(False)
    details.set_session_id(details.get_session_id("connector", "demo", "sandbox"))
    before = peak_kilobytes()
    began, cpu = time.perf_counter(), time.process_time()
    rows = len(details.get_all()) if way == "get_all" else sum(map(len, details.get_all_generator()))
    took = {"rows": rows, "seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    print(json.dumps(took | {"kilobytes": peak_kilobytes() - before}))


def peak_kilobytes() -> int:
    """As in ours.py, of which this process knows nothing."""
    return int(Path("/proc/self/status").read_text("ascii").partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
