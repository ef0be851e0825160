"""A stand-in for a worker: says its number and its child's, then waits; the child has a session of its own."""

import os
import signal
import subprocess
import sys

WAITING = "import signal; signal.pause()"

if "--stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with subprocess.Popen([sys.executable, "-c", WAITING], start_new_session=True) as child:
    sys.stdout.write(f"I am {os.getpid()} and my child is {child.pid}\n")
    sys.stdout.flush()
    signal.pause()
