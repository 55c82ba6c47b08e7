"""Serves Swift's account, container, object and proxy servers (with s3api) from one process.

Usage: serve.py DIR    DIR holds serve.json, written by the caller:
  {"ports": {"proxy", "account", "container", "object"}, "accessKeyId": "account:user", "secretAccessKey", "region"}
One process, because a test server is killed, paused and restarted as a whole, and imports cost a second each.
"""

import json
import os
import socket
import sys
import time
import warnings

warnings.simplefilter("ignore")
from swift.common import utils  # noqa: E402

utils.eventlet_monkey_patch()  # before anything opens a socket

import eventlet  # noqa: E402
from eventlet import wsgi  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import SwiftHttpProtocol, loadapp  # noqa: E402

BACKEND = """[DEFAULT]
devices = {dir}/data
mount_check = false
swift_dir = {dir}
log_level = WARNING
log_address = {dir}/no-syslog
disable_fallocate = true
fallocate_reserve = 0
bind_ip = 127.0.0.1
bind_port = {port}

[pipeline:main]
pipeline = {name}-server

[app:{name}-server]
use = egg:swift#{name}
"""

# s3api needs slo for multipart uploads. tempauth answers its check of the SigV4 signature, so a wrong secret is refused.
PROXY = """[DEFAULT]
swift_dir = {dir}
log_level = WARNING
log_address = {dir}/no-syslog
bind_ip = 127.0.0.1
bind_port = {port}

[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck listing_formats bulk s3api tempauth copy slo dlo versioned_writes proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = false
node_timeout = 60
conn_timeout = 5

[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = {region}
s3_acl = false
[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
"""


def write_private(path, text):
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def write_ring(directory, name, port):
    """One replica on one device: the ring must be written anew whenever the port differs."""
    builder = RingBuilder(4, 1, 0)
    builder.add_dev({"region": 1, "zone": 1, "weight": 1, "ip": "127.0.0.1", "port": port, "device": "d1"})
    builder.rebalance()
    builder.get_ring().save(os.path.join(directory, name + ".ring.gz"))


def listen(port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    sock.listen(256)
    # Without it every answer of a keep-alive connection waits for the client's delayed ACK (40 ms).
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


class LocalCache:
    """What s3api needs of memcached (swift.cache), for the one process that serves: bounded, with expiry."""

    LIMIT = 10000

    def __init__(self):
        self.entries = {}

    def get(self, key, **_ignored):
        value, until = self.entries.get(key, (None, 0))
        return value if until > time.time() else None

    def set(self, key, value, **options):
        if len(self.entries) >= self.LIMIT:
            self.entries.clear()
        self.entries[key] = (value, time.time() + (options.get("time") or 60))

    def delete(self, key, **_ignored):
        self.entries.pop(key, None)

    def incr(self, key, delta=1, **options):
        value = max(0, int(self.get(key) or 0) + delta)
        self.set(key, value, **options)
        return value

    def decr(self, key, delta=1, **options):
        return self.incr(key, -delta, **options)


def with_cache(app):
    cache = LocalCache()

    def answer(env, start_response):
        env["swift.cache"] = cache
        return app(env, start_response)

    return answer


def serve(config, port, log_name):
    app = loadapp(config, global_conf={"log_name": log_name})
    wsgi.server(
        listen(port),
        with_cache(app) if log_name == "proxy" else app,
        utils.NullLogger(),
        protocol=SwiftHttpProtocol,
        custom_pool=eventlet.GreenPool(512),
        socket_timeout=60,
        capitalize_response_headers=False,  # AWS SDKs look for "ETag"
    )


def main(directory):
    with open(os.path.join(directory, "serve.json"), encoding="utf-8") as file:
        settings = json.load(file)
    ports = settings["ports"]
    os.makedirs(os.path.join(directory, "data", "d1"), exist_ok=True)
    suffix = settings["hashSuffix"]
    write_private(os.path.join(directory, "swift.conf"), "[swift-hash]\nswift_hash_path_suffix = %s\n" % suffix)
    utils.set_swift_dir(directory)
    threads = []
    for name in ("account", "container", "object"):
        write_ring(directory, name, ports[name])
        config = os.path.join(directory, name + "-server.conf")
        write_private(config, BACKEND.format(dir=directory, name=name, port=ports[name]))
        threads.append(eventlet.spawn(serve, config, ports[name], name))
    proxy = os.path.join(directory, "proxy-server.conf")
    user = settings["accessKeyId"].replace(":", "_")
    text = PROXY.format(
        dir=directory, port=ports["proxy"], region=settings["region"], user=user, secret=settings["secretAccessKey"]
    )
    write_private(proxy, text)
    threads.append(eventlet.spawn(serve, proxy, ports["proxy"], "proxy"))
    for thread in threads:
        thread.wait()


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
