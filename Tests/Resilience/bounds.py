"""What happens at the limits: connections in all and of one address, descriptors, and stopping."""
import socket, threading, time

from harness import GET, Service, connect, exchange, read_to_end

CLOSE = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


def asks(client):
    client.sendall(GET)
    return client.recv(65536)


def caps(county, report):
    service = Service(county, {"server": {"maxConnections": 200, "maxConnectionsPerAddress": 120}})
    clients = [connect(service.port) for _ in range(150)]
    # Which of them are let in is the lanes' business: they accept side by side.
    answers = [asks(client) for client in clients]
    served = sum(answer.startswith(b"HTTP/1.1 200") for answer in answers)
    told = sum(answer.startswith(b"HTTP/1.1 503") and b"\r\nRetry-After: " in answer for answer in answers)
    report.say((served, told) == (120, 30), "150 connections of one address, 120 allowed", f"{served} served, {told} told 503")
    others = [connect(service.port, source="127.0.0.2") for _ in range(100)]
    answers = [asks(client) for client in others]
    served = sum(answer.startswith(b"HTTP/1.1 200") for answer in answers)
    told = sum(answer.startswith(b"HTTP/1.1 503") and b"\r\nRetry-After: " in answer for answer in answers)
    report.say((served, told) == (80, 20), "100 more of another, 200 allowed in all", f"{served} served, {told} told 503")
    for client in clients + others:
        client.close()
    figures = service.metrics()
    by_cause = {cause: figures[f'homeward_connections_refused_total{{cause="{cause}"}}'] for cause in ("address", "total")}
    report.say(by_cause == {"address": 30, "total": 20}, "the metrics say so", f"{by_cause}")
    report.say(service.stop() == 0, "stops cleanly", "")


def descriptors(county, report):
    service = Service(county, descriptors=80)
    clients = [connect(service.port) for _ in range(300)]
    served = told = 0
    for client in clients:
        client.settimeout(3)
        try:
            answer = asks(client)
        except OSError:
            continue
        served += answer.startswith(b"HTTP/1.1 200")
        told += answer.startswith(b"HTTP/1.1 503")
    before = service.cpu()
    time.sleep(2)
    spent = service.cpu() - before
    report.say(served > 0 and served + told > 250, "300 clients, 80 descriptors", f"{served} served, {told} told 503")
    report.say(spent < 0.3, "out of descriptors it does not spin", f"{spent:.2f} s of processor time in 2 s")
    for client in clients:
        client.close()
    time.sleep(0.3)
    report.say(exchange(service.port, CLOSE).startswith(b"HTTP/1.1 200"), "afterwards a request is answered", "")
    report.say(service.stop() == 0, "stops cleanly", "")


def drain(county, report):
    """Clients that keep asking while the service stops: whatever was answered at all is answered whole, and a request
    that was sent before the stop is answered."""
    service = Service(county)
    key = county.keys["commissioner"].encode()
    put = (b"PUT /v1/zones/drain-%d HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + key
           + b"\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s")
    clients = [connect(service.port) for _ in range(200)]
    for client in clients:
        asks(client)
    for index, client in enumerate(clients):
        body = b'{"name":"Drain","districts":["ZE%d"]}' % (index % 90 + 1)
        client.sendall(put % (index, len(body), body) if index % 2 else CLOSE.replace(b"\r\nConnection: close", b"") * 3)
    codes = []
    stopper = threading.Thread(target=lambda: codes.append(service.stop()))
    # The requests lie in the server's sockets: they were sent before the signal.
    stopper.start()
    answers = [read_to_end(client) for client in clients]
    stopper.join()
    whole = sum(answer.count(b"HTTP/1.1 2") + answer.count(b"HTTP/1.1 409") == (1 if index % 2 else 3)
                for index, answer in enumerate(answers))
    report.say(whole == 200, "SIGTERM: no request that was sent is lost", f"{whole} of 200 clients answered whole")
    report.say(codes == [0], "exit code", f"{codes}")
