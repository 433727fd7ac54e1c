#!/usr/bin/env python3
"""A plugin in Python, of what its standard library has.

It was written from docs/protocol.md and docs/transport-direct.md, whose words it uses: the transport direct/1, the codec json, calls
with deadlines and cancellation, errors, streams of values, and what tenon and core/discover ask a plugin for. It inherits its link,
passes no objects, readers or writers, and trusts its host, as plugins may: what a host must not send ends it in some way. The service is
at the end.

    $ tenon call ./plugin.py words.Longest '["a", "few", "words"]'
    "words"
"""
import inspect, json, os, queue, socket, struct, sys, threading

COOKIE = {"key": "OTHER_LANGUAGE_PLUGIN", "value": "7c1f0e52-words"}
CODES = {ValueError: "invalid_argument", KeyError: "not_found", TimeoutError: "deadline_exceeded", NotImplementedError: "unimplemented"}


# The transport: frames of 8 bytes and a body on the link, which make streams.

OPEN, DATA, CREDIT, CLOSE, REFUSE, GOODBYE = range(1, 7)


def exactly(sock, n):
    got = b""
    while len(got) < n:
        more = sock.recv(n - len(got))
        if not more:
            raise EOFError("the link has ended")
        got += more
    return got


class Stream:
    """A stream that the host has opened."""

    def __init__(self, link, number):
        self.link, self.number, self.changed = link, number, link.changed
        self.unread, self.ended, self.closed = bytearray(), False, False
        self.window = 256 << 10  # what may be written
        self.since, self.every = 0, 128 << 10  # what was read since the last CREDIT, and when the next is due

    def read(self, n):
        """Returns the next n bytes, which must be fewer than half a window."""
        with self.changed:
            self.changed.wait_for(lambda: len(self.unread) >= n or self.ended or self.closed)
            if len(self.unread) < n:
                raise EOFError("the stream has ended")
            part = bytes(self.unread[:n])
            del self.unread[:n]
            self.since += n
            if self.since >= self.every and not (self.ended or self.closed):
                more = 768 << 10 if self.every == 128 << 10 else 0  # the first one makes the window larger
                self.link.send(CREDIT, self.number, struct.pack(">I", self.since + more))
                self.since, self.every = 0, 512 << 10
            return part

    def write(self, data):
        while data:
            with self.changed:
                self.changed.wait_for(lambda: self.window > 0 or self.ended or self.closed)
                if self.ended or self.closed:
                    raise EOFError("nobody reads the stream")
                part, data = data[:min(self.window, 64 << 10)], data[min(self.window, 64 << 10):]
                self.window -= len(part)
                self.link.send(DATA, self.number, part)

    def close(self):
        with self.changed:
            if not self.closed:
                self.closed = True
                self.link.send(CLOSE, self.number)
            if self.ended:
                self.link.streams.pop(self.number, None)
            self.changed.notify_all()


class Link:
    """direct/1 on the plugin's side, which opens no streams itself."""

    def __init__(self, sock):
        self.sock, self.streams, self.changed, self.due = sock, {}, threading.Condition(threading.RLock()), queue.SimpleQueue()
        threading.Thread(target=self.write, daemon=True).start()

    def send(self, kind, number, body=b""):  # never waits: who reads the link sends, too
        self.due.put(struct.pack(">II", kind << 24 | len(body), number) + body)

    def write(self):
        try:
            while True:
                self.sock.sendall(self.due.get())
        except OSError:
            pass  # the link has ended, as its reader finds out, too

    def run(self, opened):
        """Reads the link until it ends, and calls opened for each stream in a thread of its own."""
        while True:
            head, number = struct.unpack(">II", exactly(self.sock, 8))
            kind, body = head >> 24, exactly(self.sock, head & 0xFFFFFF)
            if kind == GOODBYE:
                return
            with self.changed:
                if kind == OPEN:
                    self.streams[number] = Stream(self, number)
                    threading.Thread(target=opened, args=(self.streams[number],), daemon=True).start()
                stream = self.streams[number]
                if kind in (OPEN, DATA) and not stream.closed:
                    stream.unread += body
                elif kind == CREDIT:
                    stream.window += struct.unpack(">I", body)[0]
                elif kind == CLOSE:
                    stream.ended = True
                    if stream.closed or not stream.unread:
                        stream.close()
                self.changed.notify_all()


# The engine: frames of 12 bytes and a body on the streams.

CALL, REPLY, PIECE, CANCEL, PING, PONG, SHUTDOWN, DRAINED, RELEASE = 1, 2, 3, 4, 0x10, 0x11, 0x12, 0x13, 0x14
MESSAGE, CHUNK, END, STOP = range(0x20, 0x24)
MORE, ERROR, DEADLINE, METADATA, REFERENCES, ABORT = 1, 2, 4, 8, 16, 32


def frame(kind, id=0, body=b"", flags=0):
    """One frame, or several where the body is long."""
    if len(body) <= 69632:
        return struct.pack(">IBBHI", len(body), kind, flags, 0, id) + body
    whole, out = struct.pack(">I", len(body)) + body, b""
    for at in range(0, len(whole), 65536):
        out += frame(kind if at == 0 else PIECE, id, whole[at:at + 65536], (flags if at == 0 else 0) | (MORE if at + 65536 < len(whole) else 0))
    return out


def frames(stream):
    """The frames of a stream, put together where they come in pieces."""
    partial = {}
    while True:
        size, kind, flags, method, id = struct.unpack(">IBBHI", stream.read(12))
        body = stream.read(size)
        if kind == PIECE and flags & ABORT:
            del partial[id]
        elif kind == PIECE:
            first = partial[id]
            first[4] += body
            if not flags & MORE:
                yield tuple(partial.pop(id))
        elif flags & MORE:
            partial[id] = [kind, flags, method, id, body[4:]]
        else:
            yield kind, flags, method, id, body


def encode(value):
    return b"" if value is None else json.dumps(value).encode()


def failure(e):
    code = next((code for kind, code in CODES.items() if isinstance(e, kind)), "unknown")
    known = ["deadline"] if code == "deadline_exceeded" else []
    return encode({"code": code, "message": str(e.args[0] if e.args else e), "is": known})


class Call:
    """What a method gets beside its arguments."""

    def __init__(self):
        self.metadata, self.flows = {}, []
        self.gone, self.late = threading.Event(), False  # set when nobody waits any more; because of the deadline
        self.expiry = None

    def limit(self, nanoseconds):
        self.expiry = threading.Timer(min(nanoseconds / 1e9, threading.TIMEOUT_MAX), self.expire)
        self.expiry.daemon = True
        self.expiry.start()

    def expire(self):
        self.late = True
        self.gone.set()


class Session:
    def __init__(self, services):
        self.services, self.objects, self.running, self.flows = services, {0: [self.Dispense, self.Describe, self.Health]}, {}, {}
        self.last = 0  # the object that was made last
        self.idle = threading.Condition()

    def opened(self, stream):
        try:
            {1: self.control, 2: self.calls, 3: self.flow}[stream.read(1)[0]](stream)
        except EOFError:
            stream.close()

    def control(self, stream):
        for kind, _, _, id, body in frames(stream):
            if kind == PING:
                stream.write(frame(PONG, id))
            elif kind == RELEASE:
                for (object,) in struct.iter_unpack(">Q", body):
                    self.objects.pop(object or None, None)
            elif kind == SHUTDOWN:
                threading.Thread(target=self.drain, args=(stream,), daemon=True).start()

    def drain(self, stream):
        with self.idle:
            self.idle.wait_for(lambda: not self.running)
        stream.write(frame(DRAINED))

    def flow(self, stream):
        (id,) = struct.unpack(">Q", stream.read(8))
        self.arrival(id).put(stream)

    def arrival(self, id):
        with self.idle:
            return self.flows.setdefault(id, queue.SimpleQueue())

    def calls(self, stream):
        writing = threading.Lock()
        for kind, flags, method, id, body in frames(stream):
            if kind == CALL:
                self.running[id] = call = Call()
                threading.Thread(target=self.answer, args=(stream, writing, id, call, flags, method, body), daemon=True).start()
            elif kind == CANCEL and id in self.running:
                self.running[id].gone.set()

    def answer(self, stream, writing, id, call, flags, method, body):
        try:
            reply, failed = encode(self.call(call, flags, method, body)), 0
        except Exception as e:
            reply, failed = failure(e), ERROR
        if call.expiry:
            call.expiry.cancel()
        with self.idle:
            del self.running[id]
            self.idle.notify_all()
        with writing:
            stream.write(frame(REPLY, id, reply, failed))

    def call(self, call, flags, method, body):
        body = Body(body)
        object = body.number(">Q")
        if flags & DEADLINE:
            call.limit(body.number(">Q"))
        if flags & METADATA:
            for _ in range(body.number(">I")):
                key = body.text()
                call.metadata[key] = body.text()
        if flags & REFERENCES:  # flows alone: no method here takes anything else
            call.flows = [(body.number("B"), body.number(">Q"))[1] for _ in range(body.number(">H"))]
        methods = self.objects.get(object)
        if methods is None or method >= len(methods):
            raise NotImplementedError(f"object {object} has no method {method}")
        return self.invoke(methods[method], call, body.rest())

    def invoke(self, method, call, payload):
        takes = names(method)
        arguments = json.loads(payload) if payload else None
        arguments = [arguments.get(name) for name in takes] if len(takes) > 1 else [arguments][:arity(method)]
        result = method(call, *arguments)
        if not inspect.isgenerator(result):
            return result
        stream = self.arrival(call.flows[0]).get(timeout=30)
        del self.flows[call.flows[0]]
        threading.Thread(target=self.watch, args=(stream, call), daemon=True).start()
        try:
            for value in result:
                if call.gone.is_set():
                    break
                stream.write(frame(MESSAGE, body=encode(value)))
            stream.write(frame(END))
        except EOFError:  # the caller has closed the stream
            pass
        except Exception as e:
            stream.write(frame(END, body=failure(e), flags=ERROR))
            raise
        finally:
            stream.close()

    def watch(self, stream, call):
        """Notes the STOP of a caller that has enough, and the end of its stream."""
        try:
            for kind, *_ in frames(stream):
                if kind == STOP:
                    break
        except EOFError:
            pass
        call.gone.set()

    # The methods of the root.

    def Dispense(self, call, request: dict):
        name = request.get("service") or next(iter(self.services))
        if name not in self.services:
            raise KeyError(f"no service {name!r}")
        methods = public(self.services[name]())
        with self.idle:
            self.last = object = self.last + 1
            self.objects[object] = methods
        described = [{"name": m.__name__, "params": names(m)} for m in methods]
        return {"object": object, "service": name, "codec": "json", "methods": described}

    def Describe(self, call):
        return catalogue(self.services)

    def Health(self, call):
        return []


class Body:
    def __init__(self, bytes):
        self.bytes, self.at = bytes, 0

    def number(self, form):
        (n,) = struct.unpack_from(form, self.bytes, self.at)
        self.at += struct.calcsize(form)
        return n

    def text(self):
        size = self.number(">I")
        self.at += size
        return self.bytes[self.at - size:self.at].decode()

    def rest(self):
        return self.bytes[self.at:]


# What is served: the public methods of a class, and what their annotations say of them.

TYPES = {str: {"kind": "string"}, int: {"kind": "int", "bits": 64}, float: {"kind": "float", "bits": 64}, dict: {"kind": "any"}}
TYPES[list] = {"kind": "list", "elem": {"kind": "string"}}


def public(value):
    return [m for name, m in inspect.getmembers(value, callable) if name[0].isupper()]


def parameters(method):
    return list(inspect.signature(method).parameters.values())[1:]  # without the call


def arity(method):
    return len(parameters(method))


def names(method):
    """What several arguments are called on the wire."""
    return [f"a{i}" for i in range(arity(method))] if arity(method) > 1 else []


def catalogue(services):
    def of(method):
        types = [TYPES[p.annotation] for p in parameters(method)]
        fields = [{"name": name, "type": type} for name, type in zip(names(method), types)]
        about = {"name": method.__name__, "doc": inspect.getdoc(method), "params": names(method)}
        about["names"] = [p.name for p in parameters(method)]
        about["args"] = {"kind": "struct", "fields": fields} if fields else types[0] if types else None
        stream = inspect.isgeneratorfunction(method)
        about["item" if stream else "result"] = TYPES.get(inspect.signature(method).return_annotation)
        about["kind"] = "server_stream" if stream else None
        return {key: value for key, value in about.items() if value}

    all = [{"name": name, "doc": inspect.getdoc(service), "codecs": ["json"], "methods": [of(m) for m in public(service())]}
           for name, service in sorted(services.items())]
    return {"default": next(iter(services)), "services": all}


def describe(services):
    return {"format": "tenon-plugin-description-5e0c9d1b/1", "name": "words", "cookie": COOKIE, "release": "1.0.0", "versions": [1],
            "transports": ["direct/1"], "codecs": ["json"], "catalogues": {"1": catalogue(services)}}


# The hello, and the link that the host has made.


def greet(sock):
    head = exactly(sock, 8)
    offer = json.loads(exactly(sock, struct.unpack(">I", head[4:])[0]))
    answer = {"tenon": 1, "version": 1, "transport": "direct/1", "codecs": ["json"], "name": "words", "instance": str(os.getpid())}
    for reason, what, key, mine in (("unknown_hello", "version of the hello", "tenon", 1), ("no_common_version", "protocol version", "versions", 1),
                                    ("no_common_transport", "transport", "transports", "direct/1"), ("no_common_codec", "codec", "codecs", "json")):
        theirs = offer.get(key) or []
        theirs = theirs if isinstance(theirs, list) else [theirs]
        if mine not in theirs:
            answer["refusal"] = {"reason": reason, "what": what, "host": [str(x) for x in theirs], "plugin": [str(mine)]}
            break
    text = json.dumps(answer).encode()
    sock.sendall(b"TENO" + struct.pack(">I", len(text)) + text)
    return "refusal" not in answer


def main(services):
    if sys.argv[1:] == ["--describe"]:
        return print(json.dumps(describe(services)))
    cookie, link = os.environ.pop(COOKIE["key"], None), os.environ.pop("TENON_LINK", "")
    if cookie != COOKIE["value"] or not link.startswith("fd:"):
        sys.exit("this is a plugin: a host starts it, over a link that it inherits")
    fd = int(link.removeprefix("fd:"))
    os.set_inheritable(fd, False)
    sock = socket.socket(fileno=fd)
    if greet(sock):
        try:
            Link(sock).run(Session(services).opened)
        except (EOFError, ConnectionError):
            pass  # the host is gone


class Words:
    """Looks at words."""

    def Longest(self, call, words: list) -> str:
        """Longest returns the longest of words."""
        if not words:
            raise ValueError("there are no words")
        return max(words, key=len)

    def Join(self, call, words: list, between: str) -> str:
        """Join puts words together."""
        return between.join(words)

    def Count(self, call, upto: int) -> int:
        """Count counts."""
        yield from range(1, upto + 1)

    def Wait(self, call, seconds: float) -> str:
        """Wait does nothing for a while."""
        if call.gone.wait(seconds):
            raise TimeoutError("the time was too short") if call.late else RuntimeError("nobody waits any more")
        return "waited"


if __name__ == "__main__":
    main({"words": Words})
