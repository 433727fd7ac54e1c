#!/usr/bin/env python3
"""A host in Python, of what its standard library has: the host of the example kv once more, whose plugin is in Go.

It was written from docs/protocol.md: it starts a plugin over a link that it inherits, and speaks direct/1 and json with it. What it calls
with is in caller.py.

    $ ./host.py ./kv-plugin kv.data
"""
import base64, io, json, os, socket, struct, subprocess, sys

import plugin
from caller import Failed, Session, until_end
from plugin import CHUNK, encode


def reader(file):
    """Passes a file to be read."""
    def pump(flow, file):
        flow.send(iter(lambda: file.read(65536), b""), CHUNK)
        for kind, *_ in until_end(flow.stream):
            pass
        flow.stream.close()
    return pump, file


def run(path, cookie):
    """Starts a plugin, and returns its process and the session with it."""
    ours, theirs = socket.socketpair()
    with theirs:
        environment = os.environ | {cookie["key"]: cookie["value"], "TENON_LINK": f"fd:{theirs.fileno()}"}
        process = subprocess.Popen([path], env=environment, pass_fds=[theirs.fileno()], start_new_session=True)
    offer = encode({"tenon": 1, "versions": [1], "transports": ["direct/1"], "codecs": ["json"]})
    ours.sendall(b"TENO" + struct.pack(">I", len(offer)) + offer)
    head = plugin.exactly(ours, 8)
    answer = json.loads(plugin.exactly(ours, struct.unpack(">I", head[4:])[0]))
    if head[:4] != b"TENO" or "refusal" in answer:
        sys.exit(f"the plugin does not fit: {answer}")
    return process, Session(ours)


class Watcher:
    def Changed(self, call, key, value):
        print(f"changed: {key}={base64.b64decode(value).decode()}", flush=True)


def main(path, data):
    described = subprocess.run([path, "--describe"], env={}, stdout=subprocess.PIPE, check=True).stdout
    process, session = run(path, json.loads(described)["cookie"])
    kv = session.dispense("kv", {"Path": data})
    _, watch = kv.call("Watch", "answer", live=[Watcher()])
    kv.call("Put", "answer", base64.b64encode(b"42").decode(), seconds=10)
    print("answer:", base64.b64decode(kv.call("Get", "answer", metadata={"trace": "7"})).decode())
    lines = b"".join(b"key%04d=%d\n" % (i, i) for i in range(1000))
    progress = []
    stats = kv.call("Import", live=[reader(io.BytesIO(lines)), lambda call, n: progress.append(n)])
    print("imported:", stats, "progress:", progress[-1] == len(lines))
    print("listed:", [entry["Key"] for entry in kv.stream("List", "key000")])
    for entry in kv.stream("List", ""):  # and leave early
        break
    try:
        kv.call("Get", "question")
    except Failed as e:
        print("failed:", e.about["code"], e.about["is"])
    watch.session.release(watch)
    session.shutdown(10)
    print("exit:", process.wait(10))


if __name__ == "__main__":
    main(*sys.argv[1:])
