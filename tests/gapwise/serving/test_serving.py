"""`gapwise serve` as a process of its own, asked over HTTP by programs and by a browser."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.predict.serving import Client
from gapwise.labelling.exported import Exported
from tests.gapwise.reports.test_browser import chromium

EXPORT = Path(__file__).parents[2] / "fixtures/export-onnx"
TEXTS = ["the market rose sharply", "weak earnings fell again", "not good"]


class Server:
    def __init__(self, export=EXPORT):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gapwise", "serve", str(export), "--port", str(self.port)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def wait(self):
        for _ in range(300):
            try:
                self.ask("/health")
                return
            except urllib.error.URLError:
                assert self.process.poll() is None, self.process.stdout.read()
                time.sleep(0.1)
        raise TimeoutError

    def stop(self):
        """Ends the server as a service manager does; gives what it printed."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=60)[0]

    def ask(self, path, content=None):
        body = content if content is None or isinstance(content, bytes) else json.dumps(content).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())


@pytest.fixture(scope="module")
def server():
    started = Server()
    started.wait()
    yield started
    assert "Traceback" not in started.stop()


def test_health_says_what_is_served(server):
    assert server.ask("/health") == (
        200,
        {"status": "ok", "format": "onnx", "classes": ["no", "yes"], "max_length": 16},
    )


def test_texts_get_the_labels_of_the_export_in_their_order(server):
    status, answer = server.ask("/label", {"texts": [*TEXTS, " ", ""], "threshold": 0.99})
    assert status == 200
    expected = Exported(EXPORT).probabilities(TEXTS)[0]
    for label, probabilities in zip(answer["labels"], expected, strict=False):
        assert list(label["probabilities"].values()) == pytest.approx(probabilities.tolist(), abs=2e-6)
        assert label["predicted"] == ["no", "yes"][probabilities.argmax()]
        assert label["probability"] == pytest.approx(probabilities.max(), abs=2e-6)
        assert label["abstain"] == (probabilities.max() < 0.99)
    nothing = {"predicted": None, "probability": None, "abstain": True, "probabilities": None}
    assert answer["labels"][3:] == [nothing, nothing]


def test_a_text_has_the_same_label_alone_and_in_company(server):
    alone = [server.ask("/label", {"texts": [text]})[1]["labels"][0] for text in TEXTS]
    with ThreadPoolExecutor(8) as pool:
        many = list(pool.map(lambda n: server.ask("/label", {"texts": [TEXTS[n % 3]]}), range(48)))
    for number, (status, answer) in enumerate(many):
        assert status == 200
        (label,) = answer["labels"]
        assert label["predicted"] == alone[number % 3]["predicted"]
        assert label["probability"] == pytest.approx(alone[number % 3]["probability"], abs=2e-6)


@pytest.mark.parametrize(
    ("content", "status", "message"),
    [
        ([], 422, "the request: must be a JSON object such as"),
        ({}, 422, "texts: Field required"),
        ({"texts": []}, 422, "texts: List should have at least 1 item"),
        ({"texts": ["a"] * 257}, 422, "texts: List should have at most 256 items"),
        ({"texts": ["a", 5]}, 422, "text 2: Input should be a valid string"),
        ({"texts": ["word " * 100_000]}, 422, "text 1: String should have at most 20000 characters"),
        ({"texts": ["a"], "threshold": 2}, 422, "threshold: Input should be less than or equal to 1"),
        ({"texts": ["a"], "threshold": "0.5"}, 422, "threshold: Input should be a valid number"),
        ('{"texts": ["Grüße"]}'.encode("latin-1"), 400, 'the request: must be JSON in UTF-8 of the form {"texts"'),
        ({"texts": ["a"], "text": "b"}, 422, "text: Extra inputs are not permitted"),
        (b" " * (9 * 2**20), 413, "the request: at most 8 MiB; send fewer texts at a time"),
    ],
)
def test_a_broken_request_is_a_message(server, content, status, message):
    found, answer = server.ask("/label", content)
    assert found == status
    assert message in answer["detail"][0]
    assert server.ask("/health")[0] == 200


def test_the_schema_names_what_goes_in_and_out(server):
    _, schema = server.ask("/openapi.json")
    assert schema["components"]["schemas"]["Question"]["properties"]["texts"]["maxItems"] == 256
    assert set(schema["paths"]) == {"/health", "/label", "/"}


def test_a_request_on_its_way_is_answered_when_the_server_is_stopped():
    stopped = Server()
    stopped.wait()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(stopped.ask, "/label", {"texts": [" ".join(TEXTS) * 20] * 256})
        time.sleep(0.3)
        stopped.process.send_signal(signal.SIGTERM)
        status, labels = answer.result()
    assert (status, len(labels["labels"])) == (200, 256)
    assert "Traceback" not in stopped.stop()


def test_no_request_is_lost_when_the_server_is_stopped_under_load():
    stopped = Server()
    stopped.wait()
    clients = [Client(stopped.port, TEXTS, threading.Event()) for _ in range(16)]
    for client in clients:
        client.start()
    time.sleep(1)
    printed = stopped.stop()
    for client in clients:
        client.join(60)
    assert all(client.latencies for client in clients)
    assert [client.lost for client in clients] == [0] * 16
    assert "Traceback" not in printed


def test_what_is_no_export_is_a_message(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "gapwise", "serve", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "is no export: export.json is missing. `gapwise export --to onnx` makes one." in done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--port", "TAKEN"], "Nothing can listen on 127.0.0.1, port TAKEN: Address already in use. Name an address"),
        (["--host", "192.0.2.1"], "Nothing can listen on 192.0.2.1, port 8000: Cannot assign requested address. Name"),
        (["--port", "99999"], "Invalid value for '--port': Input should be less than or equal to 65535"),
    ],
)
def test_where_nothing_can_listen_the_cure_is_told_and_nothing_is_served(options, message):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "gapwise", "serve", str(EXPORT)]
        command += [option.replace("TAKEN", port) for option in options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert message.replace("TAKEN", port) in " ".join(done.stderr.split())


def test_what_is_no_json_is_told_by_its_place_and_by_what_to_send(server):
    assert server.ask("/label", b'{"texts": [}') == (
        422, {"detail": ["the request: no valid JSON, Expecting value at character 11"]},
    )  # fmt: skip
    request = urllib.request.Request(server.address + "/label", b'{"texts": ["a"]}')
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=60)
    assert json.loads(caught.value.read())["detail"] == [
        'the request: must be a JSON object such as {"texts": ["…"]}, sent with Content-Type: application/json'
    ]


@pytest.mark.slow
@pytest.mark.parametrize("width", [375, 1280])
def test_the_page_labels_texts_in_a_browser(server, width, require, tmp_path):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    browser = chromium(require, tmp_path)
    try:
        size = {"width": width, "height": 700, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(server.address)
        browser.find_element(By.ID, "texts").send_keys("the market rose\n<b>not good</b>")
        browser.find_element(By.ID, "threshold").send_keys("1")
        browser.find_element(By.ID, "send").click()
        answers = WebDriverWait(browser, 20).until(lambda page: page.find_elements(By.TAG_NAME, "article"))
        assert [answer.text.splitlines()[0] for answer in answers] == ["the market rose", "<b>not good</b>"]
        assert all(answer.text.splitlines()[1].startswith("not claimed (") for answer in answers)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        assert [line for line in browser.get_log("browser") if "favicon" not in line["message"]] == []
    finally:
        browser.quit()
