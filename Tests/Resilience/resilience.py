"""Hurts a running server from the outside and watches a normal client meanwhile.

    resilience.py PORT PID [--scale 1.0]

Rapid connects, resets, silent connections, slow heads, slow bodies and pipelines that nobody reads, all at once and one
after the other. Throughout, one client asks for /healthz (or another path) fifty times a second; the slowest answer is reported, and
so are descriptors and resident memory before, at the worst, and after. Exits 1 when an answer took more than 100 ms at
the 99th percentile or failed, or when descriptors did not come back.
"""
import argparse, multiprocessing, os, resource, socket, struct, threading, time

parser = argparse.ArgumentParser()
parser.add_argument("port", type=int)
parser.add_argument("pid", type=int)
parser.add_argument("--scale", type=float, default=1.0)
parser.add_argument("--path", default="/healthz")
options = parser.parse_args()
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
HEAD = b"Host: t\r\n"


def count(number):
    return max(1, int(number * options.scale))


def connect():
    client = socket.socket()
    client.settimeout(10)
    client.connect(("127.0.0.1", options.port))
    return client


def descriptors():
    return len(os.listdir(f"/proc/{options.pid}/fd"))


def memory():
    with open(f"/proc/{options.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def watch(running, results):
    """A normal client in a process of its own: a new connection each time, as a load balancer's probe would."""
    times, failures, most_descriptors, most_memory = [], 0, 0, 0
    request = b"GET " + options.path.encode() + b" HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n"
    while running.is_set():
        began = time.monotonic()
        try:
            client = connect()
            client.sendall(request)
            answer = b""
            while chunk := client.recv(65536):
                answer += chunk
            failures += not answer.startswith(b"HTTP/1.1 200")
            client.close()
        except OSError:
            failures += 1
        times.append(time.monotonic() - began)
        most_descriptors = max(most_descriptors, descriptors())
        most_memory = max(most_memory, memory())
        time.sleep(0.02)
    results.put((sorted(times), failures, most_descriptors, most_memory))


def rapid_connects():
    for _ in range(count(10_000)):
        connect().close()


def resets():
    for _ in range(count(3_000)):
        client = connect()
        client.sendall(b"GET / HTTP/1.1\r\n" + HEAD)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()


def silent():
    return [connect() for _ in range(count(2_000))]


def slow_heads():
    clients = [connect() for _ in range(count(500))]
    for byte in b"GET /":
        for client in clients:
            client.sendall(bytes([byte]))
        time.sleep(0.2)
    return clients


def slow_bodies():
    clients = [connect() for _ in range(count(300))]
    for client in clients:
        client.sendall(b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 1000000\r\n\r\n")
    for _ in range(5):
        for client in clients:
            client.sendall(b"x" * 1000)
        time.sleep(0.2)
    return clients


def unread_pipelines():
    clients = []
    for _ in range(count(50)):
        client = connect()
        client.setblocking(False)
        block = (b"GET /v1/capacity HTTP/1.1\r\n" + HEAD + b"\r\n") * 2_000
        try:
            for _ in range(200):
                client.send(block)
        except OSError:
            pass
        clients.append(client)
    return clients


connect().close()
time.sleep(0.5)
before = (descriptors(), memory())
running, results = multiprocessing.Event(), multiprocessing.Queue()
running.set()
watcher = multiprocessing.Process(target=watch, args=(running, results))
watcher.start()
kept = []
for attack in (rapid_connects, resets, silent, slow_heads, slow_bodies, unread_pipelines):
    began = time.monotonic()
    kept += attack() or []
    print(f"{attack.__name__:18} {time.monotonic() - began:6.2f} s, {descriptors():6} descriptors, {memory() >> 10:5} MiB")
together = [threading.Thread(target=attack) for attack in (rapid_connects, resets)]
for thread in together:
    thread.start()
for thread in together:
    thread.join()
running.clear()
times, failures, most_descriptors, most_memory = results.get()
watcher.join()
for client in kept:
    client.close()
# The lanes see the ends at once; what lingers does so for two seconds at most.
for _ in range(100):
    if descriptors() <= before[0]:
        break
    time.sleep(0.1)
after = (descriptors(), memory())
p99 = times[int(len(times) * 0.99)] * 1000
print(f"answers            {len(times)}, {failures} failed, median {times[len(times) // 2] * 1000:.1f} ms, "
      f"99th percentile {p99:.1f} ms, slowest {times[-1] * 1000:.1f} ms")
print(f"descriptors        {before[0]} before, {most_descriptors} at most, {after[0]} after")
print(f"resident memory    {before[1] >> 10} MiB before, {most_memory >> 10} at most, {after[1] >> 10} after")
raise SystemExit(0 if failures == 0 and p99 <= 100 and after[0] <= before[0] else 1)
