"""Watches the ports of the testbed's switch. Takes one order a line, answers each.

watch PORT NET      counts the foreign packets that come in at PORT; NET as 10.10.0.0
capture PORT        records the TCP streams of PORT, both directions
release PORT        forgets them
mark BASE64         looks for these bytes in every recorded stream
crossings           answers: CAME ATTEMPTED LOST
streams PORT        answers: a line for each stream, then an empty line
"""

import base64
import ctypes
import ipaddress
import selectors
import socket
import struct
import sys

ALL_PROTOCOLS, IPV4, TCP, OUTGOING = 3, 0x0800, 6, 4
SOL_PACKET, PACKET_STATISTICS, ATTACH_FILTER, RECEIVE_BUFFER_FORCE = 263, 6, 26, 33
KEEP = 256 * 1024
MASK = 0xFFFFFF00


def foreign_only(net):
    """A BPF program: IPv4 packets to or from outside `net`, but not to a group or to everyone."""
    load_half, load, mask, equal, at_least, answer = 0x28, 0x20, 0x54, 0x15, 0x35, 0x06
    return [
        (load_half, 0, 0, 12), (equal, 0, 8, IPV4),
        (load, 0, 0, 30), (at_least, 6, 0, 0xE0000000),
        (mask, 0, 0, MASK), (equal, 0, 3, net),
        (load, 0, 0, 26), (mask, 0, 0, MASK), (equal, 1, 0, net),
        (answer, 0, 0, 64), (answer, 0, 0, 0),
    ]


def open_port(port, program=None):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    s.setsockopt(socket.SOL_SOCKET, RECEIVE_BUFFER_FORCE, 32 << 20)
    if program:
        code = b"".join(struct.pack("HBBI", *line) for line in program)
        buffer = ctypes.create_string_buffer(code)
        s.setsockopt(socket.SOL_SOCKET, ATTACH_FILTER,
                     struct.pack("HL", len(program), ctypes.addressof(buffer)))
    s.bind((port, ALL_PROTOCOLS))
    s.setblocking(False)
    return s


class Foreign:
    """Counts packets at one port whose source or destination is not of its network."""

    def __init__(self, port, net):
        self.net = int(ipaddress.IPv4Address(net))
        self.socket = open_port(port, foreign_only(self.net))
        self.came = self.attempted = self.lost = 0

    def read(self):
        frame, address = self.socket.recvfrom(64)
        if address[2] == OUTGOING:
            return
        source, = struct.unpack_from("!I", frame, 26)
        if source & MASK != self.net:
            self.came += 1
        else:
            self.attempted += 1


class Stream:
    def __init__(self):
        self.start, self.tail, self.bytes = bytearray(), b"", 0
        self.next, self.complete, self.marked = None, False, False

    def take(self, sequence, payload, marker):
        if self.next is not None:
            ahead = (sequence - self.next + (1 << 31)) % (1 << 32) - (1 << 31)
            if ahead < 0:
                payload, sequence = payload[-ahead:], self.next
            elif ahead > 0:
                self.complete = False
        if not payload:
            return
        self.next = (sequence + len(payload)) % (1 << 32)
        self.bytes += len(payload)
        self.start += payload[:KEEP - len(self.start)]
        if marker:
            self.marked = self.marked or marker in self.tail + payload
            self.tail = (self.tail + payload)[-len(marker):]


class Recorder:
    """Puts the TCP streams of one port together."""

    def __init__(self, port):
        self.socket = open_port(port)
        self.streams, self.lost = {}, 0

    def read(self):
        frame = self.socket.recv(1 << 17)
        if len(frame) < 54 or frame[12:14] != b"\x08\x00" or frame[23] != TCP:
            return
        header = 14 + (frame[14] & 15) * 4
        end = 14 + struct.unpack_from("!H", frame, 16)[0]
        source, target, sequence = struct.unpack_from("!HHI", frame, header)
        key = "%s:%d %s:%d" % (socket.inet_ntoa(frame[26:30]), source,
                               socket.inet_ntoa(frame[30:34]), target)
        payload = frame[header + (frame[header + 12] >> 4) * 4:end]
        if frame[header + 13] & 2:
            self.streams[key] = stream = Stream()
            stream.next, stream.complete = (sequence + 1) % (1 << 32), True
        elif payload:
            self.streams.setdefault(key, Stream()).take(sequence, payload, state.marker)

    def lines(self):
        return ["%s %d %d %d %s" % (key, s.complete, s.bytes, s.marked,
                                    base64.b64encode(s.start).decode())
                for key, s in self.streams.items() if s.bytes]


class State:
    marker = b""

    def __init__(self):
        self.foreign, self.recorders = {}, {}
        self.selector = selectors.DefaultSelector()

    def add(self, table, port, watcher):
        table[port] = watcher
        self.selector.register(watcher.socket, selectors.EVENT_READ, watcher)

    def drain(self):
        """Everything that has come in before this order."""
        for watcher in [*self.foreign.values(), *self.recorders.values()]:
            try:
                while True:
                    watcher.read()
            except BlockingIOError:
                pass
            _, lost = struct.unpack("II", watcher.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
            watcher.lost += lost

    def obey(self, order, *words):
        if order == "watch":
            self.add(self.foreign, words[0], Foreign(*words))
        elif order == "capture":
            if words[0] in self.recorders:
                return "captured already"
            self.add(self.recorders, words[0], Recorder(words[0]))
        elif order == "release":
            recorder = self.recorders.pop(words[0])
            self.selector.unregister(recorder.socket)
            recorder.socket.close()
        elif order == "mark":
            self.marker = base64.b64decode(words[0])
        elif order == "crossings":
            self.drain()
            watched = self.foreign.values()
            return "%d %d %d" % tuple(sum(getattr(w, what) for w in watched)
                                      for what in ("came", "attempted", "lost"))
        elif order == "streams":
            self.drain()
            recorder = self.recorders[words[0]]
            return "\n".join(["%d" % recorder.lost, *recorder.lines(), ""])
        return "ok"


state = State()
state.selector.register(sys.stdin.buffer.raw, selectors.EVENT_READ, None)
print("ready", flush=True)
pending = b""
while True:
    for event, _ in state.selector.select():
        if event.data is not None:
            if event.fileobj.fileno() < 0:  # released by an order just now
                continue
            try:
                event.data.read()
            except BlockingIOError:
                pass
            continue
        more = sys.stdin.buffer.raw.read(1 << 16)
        if not more:
            sys.exit(0)
        *orders, pending = (pending + more).split(b"\n")
        for line in orders:
            print(state.obey(*line.decode().split()), flush=True)
