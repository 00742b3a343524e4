"""Holds a running server to RFC 9110 and 9112, over raw sockets, independently of the corpus.

    probe.py PORT [--keys FILE] [--tls PORT] [--beside NAME=PORT ...] [--all] [--only TEXT]

Every answer, whatever the case, is also held to what every answer must be: a well-formed head with Date and one
Content-Length, a problem document where it is an error, `Connection: close` exactly where the connection ends, and a
connection that otherwise takes another request. --beside puts the same cases to other servers, for comparison: there only
the statuses and whether the connection ends are judged. Exits 1 when the first server misses a case.
"""
import argparse, json, pathlib, re, sys, threading, time
from concurrent.futures import ThreadPoolExecutor

import case, syntax, framing, persistence, semantics, secure
from conversation import Connection

parser = argparse.ArgumentParser()
parser.add_argument("port", type=int)
parser.add_argument("--keys", help="what `homeward demo --json` printed; without it only what needs no API is asked")
parser.add_argument("--tls", type=int, help="a port of the same server that speaks TLS")
parser.add_argument("--beside", nargs="*", default=[])
parser.add_argument("--all", action="store_true", help="print every case")
parser.add_argument("--only", help="cases whose section or title holds this")
options = parser.parse_args()
keys = json.loads(pathlib.Path(options.keys).read_text())["keys"] if options.keys else {}
AGAIN = b"GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
numbers = iter(range(1, 1 << 30))
lock = threading.Lock()
DISTRICTS = [f"{area}{number}" for area in ("ZE", "KW", "HS", "IV") for number in range(1, 99)]


def tag_of(path):
    connection = Connection(options.port)
    connection.send(f"GET {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {keys['administrator']}\r\n\r\n".encode())
    answer = connection.answer()
    connection.close()
    return answer.get("ETag", '"none"') if answer else '"none"'


def fill(data):
    """Puts keys, tags and paths into a request; a district lies in one zone only, so each new zone gets another."""
    if b"@" not in data or not keys:
        return data
    text = data.decode("latin-1")
    for role, key in keys.items():
        text = text.replace(f"@{role}@", key)
    text = text.replace("@zonetag@", "@tag:@zone@@").replace("@tag@", "@tag:/v1/zones@").replace("@TAG@", "NONE")
    text = text.replace("@zone@", zone)
    text = re.sub(r"@tag:([^@]*)@", lambda found: tag_of(found[1]), text)
    text = re.sub(r"@gzip:([^@]*)@", lambda found: tag_of(found[1])[:-1] + '-gzip"', text)
    if "@new@" in text:
        with lock:
            number = next(numbers)
        district = DISTRICTS[number % len(DISTRICTS)]
        text = text.replace("@new@", f"/v1/zones/probe-{int(time.time())}-{number}").replace('"ZE3"', f'"{district}"')
        # The length was reckoned with another district.
        if "Content-Length: " in text and "\r\n\r\n" in text:
            body = text.split("\r\n\r\n", 1)[1]
            text = re.sub(r"Content-Length: \d+", f"Content-Length: {len(body)}", text, count=1)
        if "Transfer-Encoding" in text:
            text = text.replace("\r\n14\r\n", f"\r\n{len(',' + chr(34) + 'districts' + chr(34) + ':[' + chr(34) + district + chr(34) + ']'):x}\r\n")
    return text.encode("latin-1")


def faults_of(answer, is_head, closes):
    """What is wrong with an answer whatever it answers."""
    faults = list(answer.faults)
    if answer.status < 200:
        return faults
    if len(answer.all("Date")) != 1:
        faults.append("no Date")
    if answer.status >= 400:
        if answer.get("Content-Type") != "application/problem+json":
            faults.append(f"an error of type {answer.get('Content-Type')}")
        elif not is_head and not answer.get("Content-Encoding"):
            try:
                problem = json.loads(answer.body)
                if problem["status"] != answer.status or not problem["title"] or not problem["type"]:
                    faults.append("the problem does not say what it is")
            except (ValueError, KeyError):
                faults.append("the problem is no JSON")
    if answer.body and not answer.get("Content-Type"):
        faults.append("a body without Content-Type")
    if answer.status == 304 and answer.get("Content-Length"):
        faults.append("a length on a 304")
    if answer.status == 503 and not answer.get("Retry-After"):
        faults.append("no Retry-After")
    says_close = "close" in answer.get("Connection", "").lower()
    if closes is not None and says_close != closes:
        faults.append(f"Connection says {answer.get('Connection')!r} and the connection {'ends' if closes else 'stays'}")
    return faults


def run(one, port, ours):
    """Puts a case to a server; None when all was well, else what was not."""
    rules, answers, faults = one.rules, [], []
    try:
        connection = Connection(port)
    except OSError as error:
        return f"no connection: {error}"
    try:
        for index, part in enumerate(one.send):
            if index and len(one.send) <= 8:
                time.sleep(0.02)
            connection.send(fill(part if isinstance(part, bytes) else part.encode("latin-1")))
        if rules.get("half"):
            connection.end_sending()
        heads = rules.get("head", [])
        for index, want in enumerate(one.want):
            answer = connection.answer(is_head=index in heads)
            if answer and answer.status == 100 and 100 not in want:
                # Allowed where the body had not come yet; the final answer follows.
                answer = connection.answer(is_head=index in heads) if rules.get("interim") or len(one.send) > 1 else answer
            if answer is None:
                faults.append(f"answer {index + 1} did not come" + (", reset" if connection.was_reset else ""))
                return "; ".join(faults)
            answers.append(answer)
            if answer.status not in want:
                faults.append(f"answered {answer.status}, not {'|'.join(map(str, sorted(want)))[:60]}")
        last = answers[-1]
        ends = None
        if last.status == 100:
            pass
        elif "close" in last.get("Connection", "").lower() or rules.get("closes") or rules.get("half"):
            ends = connection.is_ended()
            if connection.unread:
                faults.append(f"more came: {connection.unread[:60]!r}")
            if rules.get("half"):
                # The client began to end it: the server need not say so.
                ends = None
            elif rules.get("closes") and not ends:
                faults.append("the connection stays open" if not connection.was_reset else "reset")
        else:
            # A connection that stays must take another request.
            connection.send(AGAIN)
            following = connection.answer()
            ends = following is None
            if following is not None and following.status != 200:
                faults.append(f"another request is answered {following.status}")
            if ends and rules.get("keeps"):
                faults.append("the connection ends")
        if ours:
            for index, answer in enumerate(answers):
                is_last = index == len(answers) - 1
                faults += faults_of(answer, index in heads, ((None if rules.get("half") else bool(ends)) if is_last else False))
            for name, pattern in rules.get("fields", {}).items():
                value = last.get(name)
                if (pattern is None) != (value is None) or pattern is not None and not re.fullmatch(pattern, value or ""):
                    faults.append(f"{name} is {value!r}")
            if rules.get("body") and not re.search(rules["body"], last.body.decode("utf-8", "replace"), re.S):
                faults.append(f"the body is {last.body[:80]!r}")
            if rules.get("check") and not rules["check"](answers):
                faults.append("the check of the case fails")
        return "; ".join(faults) or None
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    finally:
        connection.close()


def judge(name, port, ours):
    chosen = [
        one for one in case.CASES
        if (one.rules.get("wire", True) or (ours and keys)) and (not options.only or options.only in f"{one.section} {one.title}")
    ]
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda one: run(one, port, ours), chosen))
    results = [(one.level, one.section, one.title, verdict) for one, verdict in zip(chosen, verdicts)]
    if ours and options.tls:
        for level, section, title, check in secure.CHECKS:
            if options.only and options.only not in f"{section} {title}":
                continue
            try:
                check(options.tls)
                results.append((level, section, title, None))
            except Exception as error:
                results.append((level, section, title, f"{type(error).__name__}: {error}"))
    for level, section, title, verdict in results:
        if verdict or options.all:
            print(f"{name:10} {level:6} RFC {section:14} {title[:90]}: {verdict or 'well'}")
    for level in ("MUST", "SHOULD"):
        of_level = [verdict for found, _, _, verdict in results if found == level]
        print(f"{name:10} {level:6} {sum(v is None for v in of_level)} of {len(of_level)}")
    return all(verdict is None for _, _, _, verdict in results)


zone = None
if keys:
    connection = Connection(options.port)
    connection.send(f"GET /v1/zones?limit=1 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {keys['administrator']}\r\n\r\n".encode())
    zone = "/v1/zones/" + json.loads(connection.answer().body)["items"][0]["id"]
well = judge("homeward", options.port, True)
for other in options.beside:
    name, port = other.split("=")
    judge(name, int(port), False)
sys.exit(0 if well else 1)
