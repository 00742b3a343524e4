#!/usr/bin/env python3
"""The real service on a store that fails: a full disk, I/O errors, a read-only file system, a database locked by another
process, a clock that jumps. Each time: what cannot be made durable gets 503, reads go on, /readyz and /metrics say what is wrong, and
once the cause is gone the service is ready again by itself, with everything that was acknowledged. Needs to mount a small
tmpfs: as root, or in a user namespace of its own (unshare)."""
import errno, shutil, sqlite3
from service import *

if os.geteuid() != 0 and "UNSHARED" not in os.environ:
    os.environ["UNSHARED"] = "1"
    os.execvp("unshare", ["unshare", "--map-root-user", "--mount", sys.executable, "-B", *sys.argv])

here = os.path.dirname(os.path.abspath(__file__))
work = folder()
shim = f"{work}/faults.so"
subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, f"{here}/faults.c", "-ldl"], check=True)
faults = f"{work}/faults"
os.mkdir(faults)
data = f"{work}/data"
os.mkdir(data)
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m,mode=700", "tmpfs", data], check=True)
os.environ["FAULTS"] = faults
acknowledged = {}
serial = 0


class FaultyService(Service):
    def __init__(self):
        os.environ["LD_PRELOAD"] = shim
        try:
            super().__init__(data)
        finally:
            del os.environ["LD_PRELOAD"]


def refer(client, again=None):
    global serial
    if again is None:
        serial += 1
    number = again or serial
    body = referral(f"FAIL-{number}", visits=[visit("tea", 15, shortVisitReason="a prompt")],
                    assessment={"by": "Bea Example", "role": "OT", "at": begun})
    status, headers, answer = client.post("/v1/referrals", body, {"Idempotency-Key": f"fail-{number}"})
    if status == 201:
        acknowledged[answer["id"]] = f"FAIL-{number}"
    return status, headers, answer, number


def until(what, condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        must(time.monotonic() < deadline, f"{what}: not within {seconds} s")
        time.sleep(0.05)


def fault(name, value):
    with open(f"{faults}/{name}.part", "w") as file:
        file.write(str(value))
    os.rename(f"{faults}/{name}.part", f"{faults}/{name}")


def mend(name):
    os.unlink(f"{faults}/{name}")


def stance(title, service, broker, cause, mended, word, patience=30, for_good=True):
    """Brings a cause about and holds the service to its stance."""
    known = next(iter(acknowledged))
    cause()
    began = time.monotonic()
    lost = []

    def refused():
        status, headers, answer, number = refer(broker)
        must(status in (201, 503), f"{title}: {status} {answer}")
        if status == 503:
            must("retry-after" in headers, f"{title}: no Retry-After")
            lost.append(number)
        return status == 503
    until(f"{title}: a 503", refused, patience)
    took = time.monotonic() - began
    status, _, ready = service.client(None).get("/readyz")
    must(status == 503 and word in json.dumps(ready).lower(), f"{title}: readyz says {status} {ready}")
    def metrics():
        return service.client(None).request("GET", "/metrics", parsing=False)[2].decode()
    # The text of /metrics is made once a second.
    until(f"{title}: metrics say so", lambda: 'homeward_system_ready{system="default"} 0' in metrics(), 10)
    must(re.search(r'homeward_append_failures_total{[^}]*why="(?!conflict)[^}]*} [1-9]', metrics()),
         f"{title}: metrics count no append that failed")
    # Not only right behind a command that failed: whoever asks for readiness alone must not be told that all is well.
    # (A full disk has room again for a while once the log was begun anew.)
    quiet = time.monotonic() + (2 if for_good else 0)
    while time.monotonic() < quiet:
        status = service.client(None).get("/readyz")[0]
        must(status == 503, f"{title}: ready ({status}) while no write succeeds")
        time.sleep(0.02)
    status, _, answer = broker.get(f"/v1/referrals/{known}")
    must(status == 200, f"{title}: reads are answered {status}")
    mended()
    began = time.monotonic()
    until(f"{title}: ready again", lambda: service.client(None).get("/readyz")[0] == 200)
    back = time.monotonic() - began
    for number in lost:
        status, _, answer, _ = refer(broker, number)
        must(status == 201, f"{title}: asked for again: {status} {answer}")
    for identifier, reference in acknowledged.items():
        status, _, body = broker.get(f"/v1/referrals/{identifier}")
        must(status == 200 and body["person"]["reference"] == reference, f"{title}: {identifier} is gone")
    state = ready["default"]["state"]
    print(f"{title}: 503 after {took:.1f} s, reads answered, readyz: \"{state[:110]}\"; ready {back:.1f} s after it was mended, "
          f"{len(acknowledged)} acknowledged, none lost", flush=True)


begun = now()
try:
    keys = small_county(data)
    service = FaultyService()
    broker = service.client(keys["broker"])
    set_up(service.client(keys["commissioner"]), minutes=20_000, carers=20)
    must(refer(broker)[0] == 201, "the first referral")

    def fill():
        with open(f"{data}/filler", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
    stance("disk full", service, broker, fill, lambda: os.unlink(f"{data}/filler"), "space",
           for_good=False)
    for code, word in [(errno.EIO, "i/o"), (errno.EROFS, ""), (errno.ENOSPC, "full")]:
        stance(f"writes fail with {errno.errorcode[code]}", service, broker, lambda: fault("errno", code),
               lambda: mend("errno"), word)

    other = sqlite3.connect(f"{data}/homeward.sqlite", isolation_level=None)
    stance("database locked by another process", service, broker, lambda: other.execute("BEGIN IMMEDIATE"),
           lambda: other.execute("ROLLBACK"), "lock")
    other.close()

    stance("database moved away under the service", service, broker,
           lambda: os.rename(f"{data}/homeward.sqlite", f"{data}/elsewhere"),
           lambda: os.rename(f"{data}/elsewhere", f"{data}/homeward.sqlite"), "while it was open")

    # A clock that jumps back, or a little ahead: nothing is refused, nothing moves back.
    before = broker.get(f"/v1/referrals/{next(iter(acknowledged))}")[2]
    last = int(broker.get("/v1/zones")[1]["homeward-position"])
    for seconds in (-7200, 1800, -86400 * 400, 0):
        fault("clock", seconds)
        status, headers, made, _ = refer(broker)
        must(status == 201 and int(headers["homeward-position"]) > last, f"clock {seconds}: {status} {made}")
        must(made["receivedAt"] >= before["receivedAt"], f"clock {seconds}: received at {made['receivedAt']}")
        last, before = int(headers["homeward-position"]), made
        must(service.client(None).get("/readyz")[0] == 200, f"clock {seconds}: not ready")
    print("clock jumps by -2 h, +30 min, -400 days and back: every referral taken, none received before the one before it, "
          "positions rise")

    # One that leaps far ahead is not believed: at that hour every offer would lapse, and no later time could be recorded again.
    fault("clock", 86400 * 400)
    until("a leap: not ready", lambda: service.client(None).get("/readyz")[0] == 503)
    status, headers, answer, number = refer(broker)
    must(status == 503 and "retry-after" in headers, f"a leap: {status} {answer}")
    ready = service.client(None).get("/readyz")[2]["default"]
    must("clock" in ready["state"], f"a leap: {ready}")
    must(broker.get("/v1/zones")[0] == 200, "a leap: no reads")
    fault("clock", 0)
    until("set right: ready", lambda: service.client(None).get("/readyz")[0] == 200)
    status, _, made, _ = refer(broker, number)
    must(status == 201 and made["receivedAt"][:4] == before["receivedAt"][:4], f"set right: {status} {made}")
    must(not any("placement" in alert["kind"] for alert in made.get("alerts", [])), f"set right: {made['alerts']}")
    print(f"clock leaps ahead by 400 days: \"{ready['state'][:110]}\", reads answered; set right, the referral is taken, and no "
          "offer has lapsed")
    must(service.stop() == 0, "the service did not stop cleanly")

    # Nothing may be open for writing there.
    service.log.close()
    subprocess.run(["mount", "-o", "remount,ro", data], check=True)
    refused = subprocess.run([HOMEWARD, "serve", "--data", data, "--listen", "127.0.0.1:0"], capture_output=True, text=True,
                             timeout=30)
    must(refused.returncode == 1 and "read" in refused.stderr.lower(), f"read-only: {refused.returncode} {refused.stderr}")
    subprocess.run(["mount", "-o", "remount,rw", data], check=True)
    print(f"read-only file system at the start: refused, \"{refused.stderr.strip()[:140]}\"")
    print(verify(data))
finally:
    for process in [service.process] if "service" in globals() else []:
        if process.poll() is None:
            process.kill()
            process.wait()
    subprocess.run(["umount", "-l", data], check=False)
    shutil.rmtree(work, ignore_errors=True)
