"""What calls, for a host in Python: the rest of the engine, of which plugin.py beside it has the side that serves.

It was written from docs/protocol.md, too, and passes readers, sequences, callbacks and objects. host.py is a host made with it.
"""
import base64, json, struct, threading

import plugin
from plugin import ERROR, END, MESSAGE, CHUNK, encode, frame, frames

NIL, OBJECT, HOME, FLOW = range(4)  # kinds of references


class Failed(Exception):
    """An error of the plugin: about has its code, message, names and details."""

    def __init__(self, about):
        super().__init__(f"{about.get('code')}: {about.get('message', '')}")
        self.about = about


class Link(plugin.Link):
    """direct/1 on the host's side."""

    def __init__(self, sock):
        super().__init__(sock)
        self.next = 1

    def open(self, first):
        with self.changed:
            stream = self.streams[self.next] = plugin.Stream(self, self.next)
            self.next += 2
            stream.window -= len(first)
            self.send(plugin.OPEN, stream.number, first)
            return stream

    def end(self):
        """Lets whoever waits know that nothing comes any more."""
        with self.changed:
            for stream in self.streams.values():
                stream.ended = True
            self.changed.notify_all()


class Flow:
    """A stream of values or bytes beside the calls."""

    def __init__(self, stream):
        self.stream, self.coming = stream, frames(stream)

    def send(self, pieces, kind):
        """Sends all pieces, and the end; STOP of the other side, which then closes the stream, ends that sooner."""
        try:
            for piece in pieces:
                self.stream.write(frame(kind, body=piece))
            self.stream.write(frame(END))
        except EOFError:
            pass

    def receive(self):
        """Gives what comes. It ends at a clean end alone."""
        for kind, flags, _, _, body in self.coming:
            if kind in (MESSAGE, CHUNK):
                yield body
            elif flags & ERROR:
                raise Failed(json.loads(body))
            elif kind == END:
                return


class Pending:
    """A call that was made."""

    def __init__(self, session, id):
        self.session, self.id, self.done, self.reply, self.references = session, id, threading.Event(), None, []

    def cancel(self):
        self.session.send(frame(plugin.CANCEL, self.id))

    def result(self):
        self.done.wait()
        if self.reply is None:
            raise EOFError("the plugin is gone")
        flags, body = self.reply
        if flags & ERROR:
            raise Failed(json.loads(body))
        if flags & plugin.REFERENCES:
            body = plugin.Body(body)
            self.references = [reference(body) for _ in range(body.number(">H"))]
            body = body.rest()
        return json.loads(body) if body else None


def reference(body):
    kind, id = body.number("B"), body.number(">Q")
    if kind == OBJECT:
        return kind, id, [body.text() for _ in range(body.number(">H"))]
    return kind, id, []


class Session(plugin.Session):
    """The engine: the plugin's, which serves what is passed here, and what calls."""

    def __init__(self, sock):
        super().__init__({})
        self.link, self.pending, self.writing, self.drained = Link(sock), {}, threading.Lock(), threading.Event()
        self.calls_made = self.flows_made = 0
        threading.Thread(target=self.read, daemon=True).start()
        self.control_lane, self.lane = self.link.open(b"\x01"), self.link.open(b"\x02")
        for reader in self.controlled, self.replies:
            threading.Thread(target=reader, daemon=True).start()

    def read(self):
        try:
            self.link.run(self.opened)
        except (EOFError, OSError):
            pass
        self.link.end()

    def send(self, data):
        with self.writing:
            self.lane.write(data)

    def controlled(self):
        for kind, _, _, id, body in until_end(self.control_lane):
            if kind == plugin.PING:
                self.control_lane.write(frame(plugin.PONG, id))
            elif kind == plugin.RELEASE:
                for (object,) in struct.iter_unpack(">Q", body):
                    self.objects.pop(object or None, None)
            elif kind == plugin.DRAINED:
                self.drained.set()
        self.drained.set()

    def replies(self):
        for kind, flags, _, id, body in until_end(self.lane):
            pending = self.pending.pop(id, None)
            if pending:
                pending.reply = flags, body
                pending.done.set()
        for pending in list(self.pending.values()):
            pending.done.set()

    def start(self, object, method, payload=b"", live=(), seconds=None, metadata={}):
        """Makes a call. live are references and the values that live as long as the call."""
        flags, body = 0, struct.pack(">Q", object)
        if seconds is not None:
            flags, body = flags | plugin.DEADLINE, body + struct.pack(">Q", max(1, int(seconds * 1e9)))
        if metadata:
            flags, body = flags | plugin.METADATA, body + struct.pack(">I", len(metadata))
            body += b"".join(sized(text) for entry in metadata.items() for text in entry)
        if live:
            flags, body = flags | plugin.REFERENCES, body + struct.pack(">H", len(live)) + b"".join(map(self.refer, live))
        with self.writing:
            self.calls_made += 1
            pending = self.pending[self.calls_made] = Pending(self, self.calls_made)
            whole = bytearray(frame(plugin.CALL, pending.id, body + payload, flags))
            struct.pack_into(">H", whole, 6, method)
            self.lane.write(bytes(whole))
        return pending

    def refer(self, value):
        """Begins to pass a value: None, what uses a flow, a func, an object with public methods, or one that came from the plugin."""
        if value is None:
            return struct.pack(">BQ", NIL, 0)
        if isinstance(value, Remote):
            return struct.pack(">BQ", HOME, value.object)
        if callable(value):
            methods, names = [value], ["Call"]
        elif isinstance(value, tuple):  # what uses a flow, and how
            use, value = value
            with self.idle:
                self.flows_made += 1
                id = self.flows_made
            flow = Flow(self.link.open(b"\x03" + struct.pack(">Q", id)))
            threading.Thread(target=use, args=(flow, value), daemon=True).start()
            return struct.pack(">BQ", FLOW, id)
        else:
            methods = plugin.public(value)
            names = [m.__name__ for m in methods]
        with self.idle:
            self.last = id = self.last + 1
            self.objects[id] = methods
        return struct.pack(">BQH", OBJECT, id, len(names)) + b"".join(map(sized, names))

    def dispense(self, service, config=None):
        request = {"service": service, "codecs": ["json"]}
        if config is not None:
            request |= {"config": base64.b64encode(encode(config)).decode(), "config_codec": "json"}
        made = self.start(0, 0, encode(request)).result()
        return Remote(self, made["object"], [m["name"] for m in made["methods"]])

    def release(self, remote):
        self.control_lane.write(frame(plugin.RELEASE, body=struct.pack(">Q", remote.object)))

    def shutdown(self, seconds):
        """Asks the plugin to end, and waits until it has, or is gone."""
        self.control_lane.write(frame(plugin.SHUTDOWN, body=struct.pack(">Q", int(seconds * 1e9))))
        self.drained.wait(seconds)
        self.link.send(plugin.GOODBYE, 0)


def sized(text):
    return struct.pack(">I", len(text.encode())) + text.encode()


def until_end(stream):
    try:
        yield from frames(stream)
    except EOFError:
        pass


class Remote:
    """An object of the plugin."""

    def __init__(self, session, object, names):
        self.session, self.object, self.names = session, object, names

    def start(self, name, *args, **options):
        value = {f"a{i}": a for i, a in enumerate(args)} if len(args) > 1 else args[0] if args else None
        return self.session.start(self.object, self.names.index(name), encode(value), **options)

    def call(self, name, *args, **options):
        """Returns the result, and the objects that come with it behind that."""
        pending = self.start(name, *args, **options)
        result = pending.result()
        objects = [Remote(self.session, id, names) for kind, id, names in pending.references if kind == OBJECT]
        return (result, *objects) if objects else result

    def stream(self, name, *args):
        """Gives the values that a method streams. Leaving it early ends the call."""
        flows = []
        there = threading.Event()
        pending = self.start(name, *args, live=[(lambda flow, _: (flows.append(flow), there.set()), None)])
        there.wait()
        try:
            for body in flows[0].receive():
                yield json.loads(body)
            pending.result()
        finally:
            flows[0].stream.close()
