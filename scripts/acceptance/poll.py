#!/usr/bin/env python3
"""A dashboard polls capacity: alone, beside a client that only reads (which takes as much of the two cores), and beside
one that posts referrals. If polls waited for the journal, the third 99th percentile would stand out from the second by
the time of a disk sync. Whoever got a 201 reads it back on another connection at once. Figures, not a pass or fail."""
import multiprocessing, shutil
from service import *

SECONDS = float(os.environ.get("SECONDS_EACH", "6"))


def poll(port, key, seconds, out):
    client, took, codes, tag = Client(port, key), [], {}, None
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        status, headers, _ = client.request(
            "GET", "/v1/capacity", headers={"If-None-Match": tag} if tag else None, parsing=False)
        took.append((time.perf_counter() - began, status))
        codes[status] = codes.get(status, 0) + 1
        tag = headers.get("etag", tag)
    out.put((took, codes))


def write(port, keys, seconds, out):
    """Refers and withdraws, so that the county does not fill up; every 201 is read back on a second connection."""
    client, other, posted = Client(port, keys["referrer"]), Client(port, keys["referrer"]), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status, _, made = client.post("/v1/referrals", referral(f"POLL-{os.getpid()}-{posted}", visits=[visit("tea", 30)]))
        must(status == 201, f"{status} {made}")
        must(other.get(f"/v1/referrals/{made['id']}")[0] == 200, "a 201 was not readable at once on another connection")
        client.put(f"/v1/referrals/{made['id']}/withdrawal", {"reason": "measured"})
        posted += 1
    out.put(posted)


def read(port, keys, seconds, out):
    """The same two connections and as many requests in turn, but nothing is written."""
    client, other, done = Client(port, keys["referrer"]), Client(port, keys["referrer"]), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for asked in (client, other, client):
            asked.get("/v1/referrals/r1")
        done += 1
    out.put(done)


def run(port, keys, beside):
    out, written = multiprocessing.Queue(), multiprocessing.Queue()
    posting = [multiprocessing.Process(target=beside, args=(port, keys, SECONDS, written))] if beside else []
    poller = multiprocessing.Process(target=poll, args=(port, keys["dashboard"], SECONDS, out))
    for process in posting + [poller]:
        process.start()
    took, codes = out.get()
    posted = sum(written.get() for _ in posting)
    for process in posting + [poller]:
        process.join()
    return took, codes, posted


def figures(took, status):
    times = sorted(seconds for seconds, code in took if code == status)
    return (f"{len(times)} x {status}, median {1e6 * times[len(times) // 2]:.0f} us, "
            f"99th percentile {1e6 * times[len(times) * 99 // 100]:.0f} us")


if __name__ == "__main__":
    data = folder()
    keys = demo(data)["keys"]
    service = Service(data)
    for turn in range(3):
        for name, beside in (("alone", None), ("beside a reader", read), ("beside a writer", write)):
            took, codes, rounds = run(service.port, keys, beside)
            print(f"{name}: {figures(took, 304)}; {figures(took, 200)}; {rounds} rounds of the other", flush=True)
    service.stop()
    print(verify(data))
    shutil.rmtree(data)
