"""What the parts of scripts/resilience share: starting the real service, raw clients, and looking at its process."""
import json, os, pathlib, re, resource, signal, socket, subprocess, tempfile, time

HOMEWARD = os.environ["HOMEWARD"]
HEAD = b"Host: t\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n"


def raise_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class County:
    """A demonstration county in a folder of its own."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="homeward-resilience-"))
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        said = subprocess.run([HOMEWARD, "demo", "--data", self.data, "--json"], check=True, capture_output=True, text=True)
        self.keys = json.loads(said.stdout)["keys"]


class Service:
    """One `homeward serve` on a county, with a configuration and perhaps few descriptors."""

    def __init__(self, county, configuration=None, extra=(), descriptors=None):
        file = county.folder / f"config-{time.monotonic_ns()}.json"
        file.write_text(json.dumps(configuration or {}))
        command = [HOMEWARD, "serve", "--config", file, "--data", county.data, "--listen", "127.0.0.1:0", *extra]
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))) if descriptors else None
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True, preexec_fn=limit)
        self.port = int(re.search(r":(\d+)\s*$", self.process.stdout.readline())[1])
        self.pid = self.process.pid

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def memory(self):
        """Resident bytes."""
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) * 1024

    def cpu(self):
        """Seconds of processor time."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def metrics(self):
        """The figures of /metrics, by name and labels. The text is made once a second."""
        time.sleep(1.1)
        text = exchange(self.port, b"GET /metrics HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").decode()
        return {name: float(value) for name, value in re.findall(r"^(homeward_\S+) (\S+)$", text, re.M)}

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def connect(port, source=None):
    client = socket.socket()
    client.settimeout(100)
    if source:
        client.bind((source, 0))
    client.connect(("127.0.0.1", port))
    return client


def read_to_end(client):
    answer = b""
    try:
        while chunk := client.recv(65536):
            answer += chunk
    except ConnectionResetError:
        answer += b"(reset)"
    return answer


def exchange(port, request):
    client = connect(port)
    client.sendall(request)
    answer = read_to_end(client)
    client.close()
    return answer


class Report:
    """Prints each finding and remembers whether one was bad."""

    def __init__(self):
        self.bad = 0

    def say(self, is_good, title, text):
        self.bad += not is_good
        print(f"{'well' if is_good else 'BAD ':4} {title:44} {text}", flush=True)
