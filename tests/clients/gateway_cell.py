"""The cell of a node that fetches on demand: huggingface_hub_gateway.py with two nodes of its own,
because it kills the one that published."""
import os
import subprocess

from place import Place
from seed import running

SECONDS = 300
POLICY = '[[select]]\ncontent = "on demand"\n'


def run(program, work, interpreter, script, given):
    """Why it failed; nothing when it did not. `given` are the variables of the client's column."""
    work.mkdir()
    (work / "policy.toml").write_text(POLICY)
    with running(Place(program, work, "origin")) as origin, running(
            Place(program, work, "gateway", "--federation-policy",
                  str(work / "policy.toml"))) as gateway:
        variables = given | {
            "HF_ENDPOINT": origin.node.url, "HF_TOKEN": origin.node.token,
            "ORIGIN_PID": str(origin.node.process.pid), "BANYAN_NODE": gateway.node.url,
            "BANYAN_TOKEN": gateway.node.token}
        try:
            done = subprocess.run(
                [interpreter, script, program, origin.node.url, gateway.node.url], env=variables,
                capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return f"not done after {SECONDS} s\n" + gateway.node.last_lines()
        if done.returncode == 0:
            return ""
        return os.linesep.join([done.stdout[-500:], done.stderr[-2000:],
                                gateway.node.last_lines()])
