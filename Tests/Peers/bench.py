"""Our server beside nginx, Hummingbird and bare SwiftNIO, each with one core's worth of threads, interleaved, the same request
and the same body.

    bench.py HOMEWARD [--rounds 5] [--seconds 3] [--only NAME ...] [--tests PART ...] [--cores SERVERS GENERATOR]

`scripts/bench http` installs and builds what it needs and calls it. Fills a demonstration county and serves it with the real
`homeward serve` (once plain, once through TLS); all other servers are given the body that it serves. Servers run on one core and
the load generator on another. CPU is user and system time of the server from the kernel's accounting, in seconds for 100,000
requests: trust it before requests per second, since the load generator saturates first. Figures are medians of the rounds;
ratios are medians of the ratios within each round.
"""
import argparse, json, os, pathlib, re, resource, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

here = pathlib.Path(__file__).parent
build = here / ".build/release"
SERVICE, LANES = "homeward, the service", "homeward, bare lanes"
PATH = "/v1/capacity"


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("homeward")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--only", nargs="*", help="names of servers")
    parser.add_argument("--tests", nargs="*", help="parts of the names of tests")
    cores = sorted(os.sched_getaffinity(0))
    parser.add_argument("--cores", nargs=2, default=[cores[0], cores[-1]], help="for the servers, and for the generator")
    return parser.parse_args()


class Server:
    """A running server: what to ask, on which port, plain and through TLS, and which process to account."""

    def __init__(self, name, port, command, tls_port=None, tls_command=None):
        self.name, self.port, self.tls_port, self.tag = name, port, tls_port, None
        self.process = self.start(command)
        self.pid = self.process.pid
        self.tls_process = self.start(tls_command) if tls_command else self.process
        self.tls_pid = self.tls_process.pid

    @staticmethod
    def start(command):
        pinned = ["taskset", "-c", str(options.cores[0])] + [str(word) for word in command]
        process = subprocess.Popen(pinned, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        started.append(process)
        return process

    def ready(self):
        for port in filter(None, (self.port, self.tls_port)):
            for _ in range(300):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.1)
            else:
                raise SystemExit(f"{self.name} does not listen")
        if self.name == "nginx":
            time.sleep(0.3)
            self.pid = self.tls_pid = int(subprocess.check_output(["pgrep", "-P", str(self.process.pid)]).split()[0])
        head, self.body = self.ask()
        self.tag = (re.search(r"(?i)^etag: (.*?)\r?$", head, re.M) or [None, '"none"'])[1]

    def ask(self):
        # As bytes: text would have its line ends changed, and with them where the body begins.
        answer = subprocess.run(
            ["curl", "-si", *headers, f"http://127.0.0.1:{self.port}{PATH}"], capture_output=True).stdout
        head, _, body = answer.partition(b"\r\n\r\n")
        if b" 200" not in head or not body:
            raise SystemExit(f"{self.name} answers {answer[:80]!r}")
        return head.decode(), body.decode()

    @staticmethod
    def cpu(pid):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.pid}/status").read_text())[1]) * 1024


def wrk(server, connections, extra=(), tls=False, batch=1):
    """One run: requests per second, median and 99th percentile in ms, CPU seconds for 100,000 requests."""
    pid = server.tls_pid if tls else server.pid
    before = server.cpu(pid)
    url = f"{'https' if tls else 'http'}://127.0.0.1:{server.tls_port if tls else server.port}{PATH}"
    text = subprocess.run(
        ["taskset", "-c", str(options.cores[1]), "wrk", "-t1", f"-c{connections}", f"-d{options.seconds}", "--latency",
         *headers, *extra, url], check=True, capture_output=True, text=True).stdout
    spent = server.cpu(pid) - before
    requests = int(re.search(r"(\d+) requests in", text)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])

    def milliseconds(percent):
        number, unit = re.search(percent + r"%\s+([\d.]+)(us|ms|s)", text).groups()
        return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]

    if "Non-2xx" in text and "If-None-Match" not in " ".join(extra):
        print(f"  {server.name}: " + re.search(r"Non-2xx.*", text)[0], file=sys.stderr)
    if "Socket errors" in text:
        print(f"  {server.name}: " + re.search(r"Socket errors.*", text)[0], file=sys.stderr)
    return rate, milliseconds("50"), milliseconds("99"), spent / max(1, requests) * 1e5


def pipeline(server):
    """The same for batches of sixteen, from a generator that reads large blocks: wrk saturates at two thirds of a million."""
    before = server.cpu(server.pid)
    text = subprocess.run(
        ["taskset", "-c", str(options.cores[1]), build / "pipeliner", str(server.port), "64", str(options.seconds), "16", PATH,
         headers[1]], check=True, capture_output=True, text=True).stdout
    spent = server.cpu(server.pid) - before
    requests, rate, middle, high = (float(word) for word in text.split())
    return rate, middle, high, spent / requests * 1e5


def idle_bytes(server, count):
    """Resident bytes for each of many idle connections that asked once."""
    before, clients = server.memory(), []
    request = f"GET {PATH} HTTP/1.1\r\nHost: b\r\nAuthorization: {headers[1].split(': ')[1]}\r\n\r\n".encode()
    for _ in range(count):
        client = socket.create_connection(("127.0.0.1", server.port))
        client.sendall(request)
        clients.append(client)
    for client in clients:
        client.recv(65536)
    each = (server.memory() - before) / count
    for client in clients:
        client.close()
    return each


def start_servers():
    """Fills a county, serves it, and gives its answer to the others."""
    global headers
    data, keys = work / "data", work / "keys.json"
    data.mkdir(mode=0o700)
    with open(keys, "w") as file:
        subprocess.run([options.homeward, "demo", "--data", data, "--json"], check=True, stdout=file)
    headers = ["-H", f"Authorization: Bearer {json.loads(keys.read_text())['keys']['dashboard']}"]
    (work / "one-lane.json").write_text('{"server": {"lanes": 1}}')
    certificate, key = work / "certificate.pem", work / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    serve = [options.homeward, "serve", "--data", data, "--config", work / "one-lane.json", "--listen"]
    secure = ["--tls-certificate", certificate, "--tls-key", key]
    service = Server(SERVICE, 9100, serve + ["127.0.0.1:9100"], 9110, serve + ["127.0.0.1:9110"] + secure)
    service.ready()
    body = work / "body.json"
    body.write_text(service.body)
    (work / "nginx.conf").write_text(f"""
worker_processes 1; worker_rlimit_nofile {limit}; daemon off; pid {work}/nginx.pid; error_log {work}/nginx.log;
events {{ worker_connections {limit - 64}; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type application/json; add_header ETag '"a1b2c3"';
  client_body_temp_path {work}; proxy_temp_path {work}; fastcgi_temp_path {work}; uwsgi_temp_path {work}; scgi_temp_path {work};
  ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets on;
  server {{
    listen 127.0.0.1:9102; listen 127.0.0.1:9112 ssl;
    location / {{ if ($http_if_none_match) {{ return 304; }} return 200 '{service.body}'; }}
  }}
}}
""")
    bare = build / "bare"
    makers = {
        SERVICE: lambda: service,
        LANES: lambda: Server(LANES, 9101, [bare, 9101, 1, body], 9111, [bare, 9111, 1, body, certificate, key]),
        "nginx": lambda: Server("nginx", 9102, ["nginx", "-c", work / "nginx.conf"], 9112),
        "SwiftNIO": lambda: Server("SwiftNIO", 9103, [build / "peer-nio", 9103, body]),
        "Hummingbird": lambda: Server("Hummingbird", 9104, [build / "peer-hummingbird", 9104, body]),
    }
    running = [make() for name, make in makers.items() if not options.only or name == SERVICE or name in options.only]
    for server in running:
        server.ready()
        if server.body != service.body:
            raise SystemExit(f"{server.name} serves another body")
    return running


TESTS = {
    "GET, 1 connection": lambda s: wrk(s, 1),
    "GET, 64 connections": lambda s: wrk(s, 64),
    "GET, 256 connections": lambda s: wrk(s, 256),
    "GET, 1,000 connections": lambda s: wrk(s, 1000),
    "304, 64 connections": lambda s: wrk(s, 64, ["-H", f"If-None-Match: {s.tag}"]) if s.name in (SERVICE, LANES, "nginx") else None,
    "GET, pipelined x16, 64 connections": pipeline,
    "GET, pipelined x16, 64 connections, read by wrk": lambda s: wrk(s, 64, ["-s", str(work / "pipeline.lua")]),
    "GET, TLS, 64 connections": lambda s: wrk(s, 64, tls=True) if s.tls_port else None,
    "TLS handshakes, 16 connections": lambda s: wrk(s, 16, ["-H", "Connection: close"], tls=True) if s.tls_port else None,
}
# title, test, what is compared with whom, column (0 requests/s, 2 99th percentile, 3 CPU), goal, whether less is better
GOALS = [
    ("CPU against nginx, 64 connections", "GET, 64 connections", "nginx", 3, 1.0, True),
    ("CPU against nginx, 256 connections", "GET, 256 connections", "nginx", 3, 1.0, True),
    ("CPU against nginx, 64 connections, then", "GET, 64 connections", "nginx", 3, 0.9, True),
    ("CPU against nginx, 256 connections, then", "GET, 256 connections", "nginx", 3, 0.9, True),
    ("CPU against Hummingbird, 64 connections", "GET, 64 connections", "Hummingbird", 3, 0.25, True),
    ("requests/s against nginx, 64 connections", "GET, 64 connections", "nginx", 0, 0.95, False),
    ("pipelined requests/s, the service", "GET, pipelined x16, 64 connections", None, 0, 1e6, False),
    ("TLS keep-alive CPU against nginx", "GET, TLS, 64 connections", "nginx", 3, 0.9, True),
    ("TLS handshake CPU against nginx", "TLS handshakes, 16 connections", "nginx", 3, 1.0, True),
    ("99th percentile against nginx, 64 connections", "GET, 64 connections", "nginx", 2, 0.7, True),
]


def print_goals(measured, idle):
    print("\n### Against the goals\n\n| | goal | the service | of rounds | bare lanes |\n|---|---|---|---|---|")
    for title, test, other, column, goal, less in GOALS:
        rounds = measured.get(test, {})

        def of(name):
            mine, theirs = rounds.get(name), rounds.get(other) if other else None
            if not mine or other and not theirs:
                return None
            return [a[column] / b[column] for a, b in zip(mine, theirs)] if other else [a[column] for a in mine]

        mine, lanes = of(SERVICE), of(LANES)
        if not mine:
            continue
        show = (lambda value: f"{value:.2f}") if other else (lambda value: f"{value:,.0f}")
        value = statistics.median(mine)
        mark = "" if (value <= goal if less else value >= goal) else " (missed)"
        print(f"| {title} | {'≤' if less else '≥'} {show(goal)} | {show(value)}{mark} | {show(min(mine))} to {show(max(mine))} | "
              f"{show(statistics.median(lanes)) if lanes else ''} |")
    if SERVICE in idle:
        mark = "" if idle[SERVICE] <= 256 else " (missed)"
        print(f"| bytes of an idle connection | ≤ 256 | {idle[SERVICE]:,.0f}{mark} | | {idle.get(LANES, 0):,.0f} |")


def main():
    running = start_servers()
    measured, idle = {}, {}
    wanted = lambda title: not options.tests or any(part in title for part in options.tests)
    for title, test in filter(lambda item: wanted(item[0]), TESTS.items()):
        results = measured.setdefault(title, {})
        for _ in range(options.rounds):
            for server in running:
                result = test(server)
                if result:
                    results.setdefault(server.name, []).append(result)
        print(f"\n### {title}\n\n| | requests/s | median ms | 99th ms | CPU s per 100,000 |\n|---|---|---|---|---|")
        for name, rounds in results.items():
            rate, middle, high, cpu = (statistics.median(column) for column in zip(*rounds))
            print(f"| {name} | {rate:,.0f} | {middle:.2f} | {high:.2f} | {cpu:.3f} |")
        sys.stdout.flush()
    if wanted("idle"):
        count = min(10_000, limit - 1_000)
        print(f"\n### Memory of {count:,} idle connections\n\n| | bytes each |\n|---|---|")
        for server in running:
            idle[server.name] = idle_bytes(server, count)
            print(f"| {server.name} | {idle[server.name]:,.0f} |")
    print_goals(measured, idle)


options = read_options()
limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
work, started, headers = pathlib.Path(tempfile.mkdtemp(prefix="homeward-bench-")), [], []
(work / "pipeline.lua").write_text("""
init = function(args)
  local one = wrk.format(); local all = {}
  for index = 1, 16 do all[index] = one end
  block = table.concat(all)
end
request = function() return block end
""")
try:
    main()
finally:
    for process in started:
        process.send_signal(signal.SIGTERM)
    for process in started:
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
    shutil.rmtree(work, ignore_errors=True)
