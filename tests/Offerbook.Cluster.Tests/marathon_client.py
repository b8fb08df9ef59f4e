"""Drives Apps through python3-marathon: the calls that people's scripts make."""
import sys
import threading
import time

from marathon import MarathonClient
from marathon.exceptions import MarathonHttpError, NotFoundError
from marathon.models import MarathonApp

url = sys.argv[1]
client = MarathonClient(url)
deadline = time.monotonic() + 80


def until(what, condition):
    while not condition():
        assert time.monotonic() < deadline, "not in time: " + what
        time.sleep(0.05)
    print("ok:", what)


assert client.ping().decode().strip(' \n"') == "pong"
print("info:", client.get_info().version)

# The library reads deployment events and groups only in the form they had before 1.8, so those are left to the other tests.
TYPES = ["event_stream_attached", "status_update_event", "api_post_event", "app_terminated_event"]
seen = []


def follow():
    for event in MarathonClient(url).event_stream(event_types=TYPES):
        seen.append(event.event_type)


threading.Thread(target=follow, daemon=True).start()
until("the event stream is attached", lambda: "event_stream_attached" in seen)

app = client.create_app("/python/web", MarathonApp(cmd="exec sleep 1000", cpus=0.1, mem=32, instances=2))
assert app.id == "/python/web", app.id
until("two tasks run", lambda: [t.state for t in client.list_tasks("/python/web")] == ["TASK_RUNNING"] * 2)
until("no deployment is left", lambda: not client.list_deployments())
assert [a.id for a in client.list_apps()] == ["/python/web"]

try:
    client.create_app("/python/web", MarathonApp(cmd="sleep 1", cpus=0.1, mem=32))
    raise AssertionError("the id was taken")
except MarathonHttpError as error:
    assert error.status_code == 409, error
    print("ok: a taken id is refused:", error.error_message)

client.scale_app("/python/web", instances=3)
until("three tasks run", lambda: len([t for t in client.list_tasks("/python/web") if t.state == "TASK_RUNNING"]) == 3)
until("the scaling is done", lambda: not client.list_deployments())

victim = client.list_tasks("/python/web")[0].id
client.kill_task("/python/web", victim)
until("a killed task is replaced", lambda: victim not in [t.id for t in client.list_tasks("/python/web")]
      and len([t for t in client.list_tasks("/python/web") if t.state == "TASK_RUNNING"]) == 3)

client.update_app("/python/web", MarathonApp(labels={"tier": "front"}))
until("the update is done", lambda: not client.list_deployments())
assert client.get_app("/python/web").labels == {"tier": "front"}
assert len(client.list_versions("/python/web")) >= 3
client.restart_app("/python/web")
until("the restart is done", lambda: not client.list_deployments())

client.delete_app("/python/web", force=True)
until("the app is gone", lambda: not client.list_apps() and not client.list_deployments())
try:
    client.get_app("/python/web")
    raise AssertionError("the app is gone")
except NotFoundError as error:
    print("ok: a missing app is not found:", error.error_message)

until("the stream told of it all", lambda: set(TYPES) <= set(seen))
