"""Storms of clients against the real service, while one normal client asks fifty times a second."""
import multiprocessing, socket, struct, threading, time

from harness import HEAD, connect, read_to_end


def watch(service, key, running, results):
    """A normal client in a process of its own: a new connection each time, as a poller behind a balancer would."""
    times, failures, descriptors, memory = [], 0, 0, 0
    request = b"GET /v1/capacity HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + key + b"\r\nConnection: close\r\n\r\n"
    while running.is_set():
        began = time.monotonic()
        try:
            client = connect(service.port)
            client.sendall(request)
            failures += not read_to_end(client).startswith(b"HTTP/1.1 200")
            client.close()
        except OSError:
            failures += 1
        times.append(time.monotonic() - began)
        descriptors, memory = max(descriptors, service.descriptors()), max(memory, service.memory())
        time.sleep(0.02)
    results.put((sorted(times), failures, descriptors, memory))


def rapid_connects(port, scale):
    for _ in range(int(10_000 * scale)):
        connect(port).close()


def resets(port, scale):
    for _ in range(int(3_000 * scale)):
        client = connect(port)
        client.sendall(b"GET /healthz HTTP/1.1\r\n" + HEAD)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()


def silent(port, scale):
    return [connect(port) for _ in range(int(2_000 * scale))]


def slow_heads(port, scale):
    clients = [connect(port) for _ in range(int(500 * scale))]
    for byte in b"GET /":
        for client in clients:
            client.sendall(bytes([byte]))
        time.sleep(0.2)
    return clients


def slow_bodies(port, scale):
    clients = [connect(port) for _ in range(int(300 * scale))]
    for client in clients:
        client.sendall(b"POST /v1/referrals HTTP/1.1\r\n" + HEAD + b"Content-Length: 1000000\r\n\r\n")
    for _ in range(5):
        for client in clients:
            client.sendall(b"x" * 1000)
        time.sleep(0.2)
    return clients


def unread_pipelines(port, scale):
    clients = []
    block = (b"GET /openapi.json HTTP/1.1\r\n" + HEAD + b"\r\n") * 2_000
    for _ in range(int(50 * scale)):
        client = connect(port)
        client.setblocking(False)
        try:
            for _ in range(200):
                client.send(block)
        except OSError:
            pass
        clients.append(client)
    return clients


def run(service, key, scale, report):
    connect(service.port).close()
    time.sleep(0.5)
    before = (service.descriptors(), service.memory())
    running, results = multiprocessing.Event(), multiprocessing.Queue()
    running.set()
    watcher = multiprocessing.Process(target=watch, args=(service, key.encode(), running, results))
    watcher.start()
    kept = []
    for attack in (rapid_connects, resets, silent, slow_heads, slow_bodies, unread_pipelines):
        began = time.monotonic()
        kept += attack(service.port, scale) or []
        report.say(True, attack.__name__.replace("_", " "),
                   f"{time.monotonic() - began:.1f} s, {service.descriptors()} descriptors, {service.memory() >> 20} MiB")
    together = [threading.Thread(target=attack, args=(service.port, scale)) for attack in (rapid_connects, resets)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join()
    running.clear()
    times, failures, descriptors, memory = results.get()
    watcher.join()
    for client in kept:
        client.close()
    # The lanes see the ends at once; what lingers does so for two seconds at most.
    for _ in range(100):
        if service.descriptors() <= before[0]:
            break
        time.sleep(0.1)
    high = times[int(len(times) * 0.99)] * 1000
    report.say(failures == 0 and high <= 100, "a normal client meanwhile",
               f"{len(times)} polls, {failures} failed, median {times[len(times) // 2] * 1000:.1f} ms, "
               f"99th percentile {high:.1f} ms, slowest {times[-1] * 1000:.1f} ms")
    report.say(service.descriptors() <= before[0], "descriptors",
               f"{before[0]} before, {descriptors} at most, {service.descriptors()} after")
    report.say(memory - before[1] < 512 << 20, "resident memory",
               f"{before[1] >> 20} MiB before, {memory >> 20} at most, {service.memory() >> 20} after")
