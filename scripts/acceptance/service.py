"""A real service for the acceptance scripts: started on a free port of 127.0.0.1, asked over plain HTTP, stopped by pid.
Python's standard library only."""
import atexit, http.client, json, os, re, shutil, signal, subprocess, sys, tempfile, threading, time

HOMEWARD = os.environ.get("HOMEWARD", ".build/release/homeward")
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
BANDS = ["morning", "lunch", "tea", "bed", "night"]


class Service:
    """One `homeward serve` process on a data folder."""

    def __init__(self, data, port=0, arguments=()):
        self.log = open(os.path.join(data, f"serve-{time.monotonic_ns()}.log"), "w+")
        began = time.monotonic()
        self.process = subprocess.Popen(
            [HOMEWARD, "serve", "--data", data, "--listen", f"127.0.0.1:{port}", *arguments],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        # However the script ends, no service of its outlives it.
        atexit.register(lambda process=self.process: process.poll() is None and process.kill())
        line = self.process.stdout.readline()
        found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)
        if not found:
            self.log.seek(0)
            raise SystemExit(f"the service did not start: {line}{self.log.read()}")
        self.port = int(found.group(1))
        self.seconds_to_listen = time.monotonic() - began

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def client(self, key):
        return Client(self.port, key)


class Client:
    """One keep-alive connection with one key. Answers are (status, headers, body)."""

    def __init__(self, port, key):
        self.port, self.key, self.connection = port, key, None

    def request(self, method, path, body=None, headers=None, raw=None, parsing=True):
        sent = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            self.connection.request(method, path, body=data, headers=sent)
            answer = self.connection.getresponse()
            text = answer.read()
        except Exception:
            self.close()
            raise
        found = {name.lower(): value for name, value in answer.getheaders()}
        if found.get("connection", "").lower() == "close":
            self.close()
        if not parsing:
            return answer.status, found, text
        try:
            parsed = json.loads(text) if text else None
        except ValueError:
            parsed = text.decode(errors="replace")
        return answer.status, found, parsed

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def post(self, path, body, headers=None):
        return self.request("POST", path, body, headers)

    def put(self, path, body, headers=None):
        return self.request("PUT", path, body, headers)

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def all(self, path):
        """Every item of a list, page after page."""
        items = []
        while path:
            status, headers, body = self.get(path)
            must(status == 200, f"GET {path}: {status} {body}")
            items += body["items"]
            link = re.search(r'<([^>]+)>;\s*rel="next"', headers.get("link", ""))
            path = link.group(1) if link else None
        return items


def must(condition, text):
    if not condition:
        raise SystemExit(f"NOT SHOWN: {text}")


def folder():
    path = tempfile.mkdtemp(prefix="homeward-")
    os.chmod(path, 0o700)
    return path


def demo(data, seed=1):
    """Fills a folder with the demonstration county; returns its keys, organisations and zones."""
    out = subprocess.run(
        [HOMEWARD, "demo", "--data", data, "--seed", str(seed), "--json"], check=True, capture_output=True, text=True)
    return json.loads(out.stdout)


def new_key(data, role, organisation):
    out = subprocess.run(
        [HOMEWARD, "keys", "add", "--role", role, "--organisation", organisation, "--data", data],
        check=True, capture_output=True, text=True)
    return out.stdout.strip()


def verify(data):
    """`homeward journal verify`: the hash chain and the ledgers."""
    out = subprocess.run([HOMEWARD, "journal", "verify", "--data", data], capture_output=True, text=True)
    must(out.returncode == 0, f"journal verify: {out.stdout}{out.stderr}")
    return out.stdout.strip()


def small_county(data):
    """Keys for an empty folder, one zone, two providers; returns keys by role."""
    keys = {role: new_key(data, role, organisation) for role, organisation in [
        ("referrer", "ward"), ("clinician", "therapy"), ("broker", "hub"), ("commissioner", "council"),
        ("dashboard", "wall"), ("administrator", "admin")]}
    keys["provider"] = new_key(data, "provider", "acorn")
    keys["other"] = new_key(data, "provider", "birch")
    return keys


def set_up(client, minutes=240, carers=2, skills=()):
    """A zone, two open providers and a block awarded to the first."""
    status, _, body = client.put("/v1/zones/leam", {"name": "Leamington", "districts": ["CV31", "CV32"]})
    must(status in (200, 201), f"zone: {status} {body}")
    for name in ("acorn", "birch"):
        status, _, body = client.put(f"/v1/providers/{name}", {
            "name": name, "kind": "agency", "personalCare": True, "zones": ["leam"], "status": "open"})
        must(status in (200, 201), f"provider: {status} {body}")
    return buy(client, minutes, carers, "acorn", skills)


def buy(client, minutes, carers=2, provider=None, skills=(), bands=BANDS):
    body = {"zone": "leam", "from": day(0), "until": day(300), "ratePence": 2500, "funding": "betterCareFund",
            "skills": list(skills),
            "weekly": [{"days": DAYS, "band": band, "minutes": minutes, "carers": carers} for band in bands]}
    if provider:
        body["provider"] = provider
    status, _, block = client.post("/v1/blocks", body)
    must(status == 201, f"block: {status} {block}")
    return block


def day(ahead):
    """A London date so many days from today."""
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo
    return (datetime.now(ZoneInfo("Europe/London")).date() + timedelta(days=ahead)).isoformat()


def referral(reference, district="CV32", visits=None, **more):
    body = {
        "person": {"reference": reference, "name": "Ada Example"}, "district": district, "pathway": 1, "source": "ward",
        "class": "stepDown", "startFrom": day(0),
        "visits": visits or [visit("morning", 30)],
        "needs": {"transfers": "with a frame", "equipment": [{"item": "frame", "inPlaceOn": day(0)}],
                  "medication": "prompt", "consent": "given"},
        "home": {"livesAlone": True, "access": "key safe"},
        "assessment": {"by": "Bea Example", "role": "OT", "at": now()}, "whereNow": "ward"}
    body.update(more)
    return body


def visit(band, minutes, carers=1, days=DAYS, **more):
    return {"band": band, "minutes": minutes, "carers": carers, "days": list(days), "personalCare": True, **more}


def now(minutes=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60 * minutes))


def in_threads(count, work):
    """Runs work(index) in so many threads at once, released together; returns the results in order."""
    results, gate = [None] * count, threading.Barrier(count)

    def run(index):
        gate.wait()
        try:
            results[index] = work(index)
        except Exception as error:  # a client whose connection broke has an answer too: none
            results[index] = error
    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
