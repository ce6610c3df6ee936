"""Those who watch a meeting: open streams, and when each of them heard what."""

import json
import socket
import threading
import time
from contextlib import contextmanager


class Watcher(threading.Thread):
    """An open stream: when each number arrived, and the parts that were named with it."""

    def __init__(self, server, meeting, number):
        super().__init__(daemon=True)
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        cookie = f"roundtable={meeting.tokens[number % len(meeting.tokens)]}"
        self.socket.sendall(
            f"GET {meeting.live}/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode()
        )
        self.heard: dict[int, float] = {}
        self.parts: dict[int, list[str] | None] = {}
        self.ended = False
        self._changed = threading.Condition()

    def run(self):
        try:
            with self.socket.makefile("rb") as lines:
                for line in lines:
                    if line.startswith(b"data: "):
                        self._hear(json.loads(line.removeprefix(b"data: ")))
        except (OSError, ValueError):
            pass
        self.ended = True

    def _hear(self, hint):
        with self._changed:
            self.heard[hint["number"]] = time.monotonic()
            self.parts[hint["number"]] = hint.get("parts")
            self._changed.notify_all()

    def wait_for(self, number, seconds=20):
        """When that number, or a later one, arrived."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(each >= number for each in self.heard), seconds), number
            return min(at for each, at in self.heard.items() if each >= number)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.join(10)
        self.socket.close()


@contextmanager
def watching(server, meeting, many):
    """So many open streams of that process."""
    watchers = [Watcher(server, meeting, number) for number in range(many)]
    for watcher in watchers:
        watcher.start()
        watcher.wait_for(0)  # it is greeted with the number that the meeting stands at
    try:
        yield watchers
    finally:
        for watcher in watchers:
            watcher.close()


def newest(client, meeting):
    """The number that the meeting stands at."""
    return json.loads(client.get(f"{meeting.live}/now")[2])["number"]
