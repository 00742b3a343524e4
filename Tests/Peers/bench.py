"""Our server beside nginx, Hummingbird and bare SwiftNIO, each on one core, interleaved, the same body.

    bench.py [--rounds 3] [--seconds 3] [--only NAME ...] [--whole URL KEY PID]

Run it through scripts/bench-http, which installs and builds what it needs. CPU is user and system time of the server from
the kernel's accounting, in seconds for 100,000 requests: trust it before requests per second, since the load generator
shares the machine. Medians of the rounds.
"""
import argparse, os, pathlib, re, resource, signal, socket, statistics, subprocess, sys, tempfile, time

here = pathlib.Path(__file__).parent
build = here / ".build/release"
parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--seconds", type=int, default=3)
parser.add_argument("--only", nargs="*")
parser.add_argument("--tests", nargs="*")
parser.add_argument("--body", help="a file with the body to serve; 1,400 bytes of JSON by default")
parser.add_argument("--whole", nargs=3, metavar=("PORT", "KEY", "PID"), help="a running service to measure as well")
options = parser.parse_args()
limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
work = pathlib.Path(tempfile.mkdtemp(prefix="homeward-bench-"))
body = work / "body.json"
if options.body:
    body.write_bytes(pathlib.Path(options.body).read_bytes())
else:
    body.write_text(('{"from":"2027-01-04","zones":[' + "120,45,300,0,60," * 100)[:1398] + "]}")
certificate, key = work / "certificate.pem", work / "key.pem"
subprocess.run(
    ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
     "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
(work / "nginx.conf").write_text(f"""
worker_processes 1; worker_rlimit_nofile {limit}; daemon off; pid {work}/nginx.pid; error_log {work}/nginx.log;
events {{ worker_connections {limit - 64}; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type application/json; add_header ETag '"a1b2c3"';
  ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets on;
  server {{
    listen 127.0.0.1:9102; listen 127.0.0.1:9112 ssl;
    location / {{ if ($http_if_none_match) {{ return 304; }} return 200 '{body.read_text()}'; }}
  }}
}}
""")
(work / "pipeline.lua").write_text("""
init = function(args)
  local one = wrk.format(); local all = {}
  for index = 1, 16 do all[index] = one end
  block = table.concat(all)
end
request = function() return block end
""")


class Server:
    def __init__(self, name, port, command, tls=None):
        self.name, self.port, self.tls, self.headers, self.path = name, port, tls, [], "/v1/capacity"
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) if command else None
        self.pid = self.process.pid if self.process else None

    def ready(self):
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                break
            except OSError:
                time.sleep(0.1)
        if self.name == "nginx":
            time.sleep(0.3)
            self.pid = int(subprocess.check_output(["pgrep", "-P", str(self.process.pid)]).split()[0])

    def find_tag(self):
        """The entity tag of what it serves, so that asking with it gives 304."""
        text = subprocess.run(
            ["curl", "-si", *self.headers, f"http://127.0.0.1:{self.port}{self.path}"], capture_output=True, text=True).stdout
        self.tag = (re.search(r"(?i)^etag: (.*?)\r?$", text, re.M) or [None, '"none"'])[1]

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.pid}/status").read_text())[1]) * 1024


servers = {
    "homeward lanes": lambda: Server("homeward lanes", 9101, [build / "bare", "9101", "1", body]),
    "nginx": lambda: Server("nginx", 9102, ["nginx", "-c", work / "nginx.conf"], tls=9112),
    "SwiftNIO": lambda: Server("SwiftNIO", 9103, [build / "peer-nio", "9103", body]),
    "Hummingbird": lambda: Server("Hummingbird", 9104, [build / "peer-hummingbird", "9104", body]),
}
running = [make() for name, make in servers.items() if not options.only or name in options.only]
lanes_tls = Server("homeward lanes", 9111, [build / "bare", "9111", "1", body, certificate, key])
lanes_tls.tls = 9111
if options.whole:
    whole = Server("homeward, the service", int(options.whole[0]), None)
    whole.headers = ["-H", f"Authorization: Bearer {options.whole[1]}"]
    whole.pid = int(options.whole[2])
    running.append(whole)
for server in running + [lanes_tls]:
    server.ready()
for server in running:
    server.find_tag()


def wrk(server, connections, extra=(), scheme="http", port=None):
    """One run: requests per second, median and 99th percentile in ms, CPU seconds for 100,000 requests."""
    before = server.cpu()
    url = f"{scheme}://127.0.0.1:{port or server.port}{server.path}"
    text = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{options.seconds}", "--latency", *server.headers, *extra, url],
        check=True, capture_output=True, text=True).stdout
    spent = server.cpu() - before
    requests = int(re.search(r"(\d+) requests in", text)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])

    def milliseconds(percent):
        number, unit = re.search(percent + r"%\s+([\d.]+)(us|ms|s)", text).groups()
        return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]

    if "Non-2xx" in text and "If-None-Match" not in " ".join(extra):
        print(f"  {server.name}: " + re.search(r"Non-2xx.*", text)[0], file=sys.stderr)
    return rate, milliseconds("50"), milliseconds("99"), spent / max(1, requests) * 1e5


tests = {
    "GET, 1 connection": lambda s: wrk(s, 1),
    "GET, 64 connections": lambda s: wrk(s, 64),
    "GET, 256 connections": lambda s: wrk(s, 256),
    "GET, 1,000 connections": lambda s: wrk(s, 1000),
    "304, 64 connections": lambda s: wrk(s, 64, ["-H", f"If-None-Match: {s.tag}"]) if "Swift" not in s.name and "Humm" not in s.name else None,
    "GET, pipelined x16, 64 connections": lambda s: wrk(s, 64, ["-s", str(work / "pipeline.lua")]),
    "GET, TLS, 64 connections": lambda s: wrk(s, 64, scheme="https", port=s.tls) if s.tls else None,
    "TLS handshakes, 16 connections": lambda s: wrk(s, 16, ["-H", "Connection: close"], scheme="https", port=s.tls) if s.tls else None,
}
try:
    for title, test in tests.items():
        if options.tests and not any(part in title for part in options.tests):
            continue
        group = [s for s in running if s.name != "homeward lanes"] + [lanes_tls] if "TLS" in title else running
        results = {}
        for _ in range(options.rounds):
            for server in group:
                result = test(server)
                if result:
                    results.setdefault(server.name, []).append(result)
        print(f"\n### {title}\n\n| | requests/s | median ms | 99th ms | CPU s per 100,000 |\n|---|---|---|---|---|")
        for name, rounds in results.items():
            rate, middle, high, cpu = (statistics.median(column) for column in zip(*rounds))
            print(f"| {name} | {rate:,.0f} | {middle:.2f} | {high:.2f} | {cpu:.3f} |")
        sys.stdout.flush()
    if not options.tests or "idle" in options.tests:
        count = min(10_000, limit - 1_000)
        print(f"\n### Memory of {count:,} idle connections\n\n| | bytes each |\n|---|---|")
        for server in running:
            before = server.memory()
            clients = []
            for _ in range(count):
                client = socket.create_connection(("127.0.0.1", server.port))
                client.sendall(b"GET /v1/capacity HTTP/1.1\r\nHost: b\r\n\r\n")
                clients.append(client)
            for client in clients:
                client.recv(65536)
            print(f"| {server.name} | {(server.memory() - before) / count:,.0f} |")
            for client in clients:
                client.close()
finally:
    for server in running + [lanes_tls]:
        if server.process:
            server.process.send_signal(signal.SIGTERM if server.name == "nginx" else signal.SIGKILL)
