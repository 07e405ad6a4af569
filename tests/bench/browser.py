"""A headless Chromium spoken to through two pipes, as far as looking at a page needs it; standard library only."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
LAUNCH = """import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""  # the browser reads from descriptor 3 and writes to 4
PATIENCE = 60.0  # seconds for one answer
FREE = 10  # from here on a descriptor is neither of the two
ENDED = b"\0"  # ends a message
Message = dict[str, Any]


def found() -> str | None:
    """The browser on the path."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """A browser that is closed, and its folder removed, when the `with` ends."""

    def __init__(self, program: str) -> None:
        self._folder = tempfile.mkdtemp()
        (their_read, self._write), (self._read, their_write) = os.pipe(), os.pipe()
        theirs = [fcntl.fcntl(each, fcntl.F_DUPFD, FREE) for each in (their_read, their_write)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, *map(str, theirs), program, *FLAGS, f"--user-data-dir={self._folder}"],
            pass_fds=theirs,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for each in (their_read, their_write, *theirs):
            os.close(each)
        self._asked = 0
        self._buffer = b""
        self.events: list[Message] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for each in (self._write, self._read):
            os.close(each)
        self._process.terminate()
        self._process.wait(PATIENCE)
        shutil.rmtree(self._folder, ignore_errors=True)

    def tab(self) -> Tab:
        """A new, empty page."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Tab(self, target, session)

    def ask(self, method: str, session: str | None = None, **parameters: Any) -> Message:
        """The answer to a command; what the browser tells in between is kept in `events`."""
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": parameters}
        os.write(self._write, json.dumps({**message, **({"sessionId": session} if session else {})}).encode() + ENDED)
        while True:
            answer = self.told()
            if answer.get("id") == self._asked:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                result: Message = answer["result"]
                return result
            self.events.append(answer)

    def told(self) -> Message:
        """The next message of the browser."""
        until = time.monotonic() + PATIENCE
        while ENDED not in self._buffer:
            if not select.select([self._read], [], [], max(until - time.monotonic(), 0))[0]:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self._read, 1 << 16)
            if not piece:
                raise RuntimeError("the browser has ended")
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(ENDED)
        message: Message = json.loads(line)
        return message


class Tab:
    """One page, its network off; `said` is what it logged, `wanted` what it tried to load."""

    def __init__(self, browser: Browser, target: str, session: str) -> None:
        self._browser, self._target, self._session = browser, target, session
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        self.ask("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)

    def ask(self, method: str, **parameters: Any) -> Message:
        """The answer to a command of the protocol."""
        return self._browser.ask(method, self._session, **parameters)

    def open(self, page: Path, *, width: int, dark: bool = False, phone: bool = False) -> None:
        """Show a file in a window of a width."""
        scale = 2 if phone else 1
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=scale, mobile=phone)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])
        self.ask("Page.navigate", url=page.resolve().as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self._events()):
            self._browser.events.append(self._browser.told())

    def print_to(self, width: int) -> None:
        """Lay the page out as on paper of a width."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", media="print")

    def run(self, script: str) -> Any:
        """The value of an expression on the page."""
        return self.ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def picture(self) -> bytes:
        """The whole page as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def paper(self) -> bytes:
        """The page as it is printed, as PDF."""
        options: Mapping[str, bool] = {"preferCSSPageSize": True, "printBackground": True}
        return base64.b64decode(self.ask("Page.printToPDF", **options)["data"])

    @property
    def said(self) -> list[str]:
        """Everything that reached the console: messages, errors, what the browser has to complain of."""
        names = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [json.dumps(event["params"]) for event in self._events() if event["method"] in names]

    @property
    def wanted(self) -> list[str]:
        """Every address that was asked for, but the page itself and what is within it."""
        sent = [event["params"] for event in self._events() if event["method"] == "Network.requestWillBeSent"]
        others = [one["request"]["url"] for one in sent if one.get("type") != "Document"]
        return [address for address in others if not address.startswith("data:")]

    def close(self) -> None:
        """Be done with it."""
        self._browser.ask("Target.closeTarget", targetId=self._target)

    def _events(self) -> list[Message]:
        return [event for event in self._browser.events if event.get("sessionId") == self._session]
