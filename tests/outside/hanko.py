"""pyHanko's own command line, many commands from one start: it takes a second to begin and a tenth of one to judge.

Runs in the virtual environment. Each line in is a JSON list of arguments; each line out `[exit, stdout, stderr]`.
Every command has a process of its own, so none inherits anything from another."""

import json
import os
import sys
import tempfile

from pyhanko.cli import launch


def command(arguments):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            status = 70
            try:
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                sys.argv = ["pyhanko", *arguments]
                launch()
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
            except BaseException as fault:  # whatever it is, it is the command's end and its last words
                print(repr(fault), file=sys.stderr)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        _, status = os.waitpid(child, 0)
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode("utf-8", "replace"))
        return [os.waitstatus_to_exitcode(status), *said]


for line in sys.stdin:
    print(json.dumps(command(json.loads(line))), flush=True)
