"""Drives Apps through python3-marathon: the calls that people's scripts make."""
import sys
import threading
import time

from marathon import MarathonClient
from marathon.exceptions import MarathonHttpError, NotFoundError
from marathon.models import MarathonApp, MarathonGroup

url = sys.argv[1]
client = MarathonClient(url)
deadline = time.monotonic() + 150


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

# Endpoints, tasks by id, versions, several apps at once.
endpoints = client.list_endpoints()
assert {e.app_id for e in endpoints} == {"/python/web"} and all(e.service_port and e.task_port for e in endpoints), endpoints
batch = [t.id for t in client.list_tasks("/python/web")][:2]
client.kill_given_tasks(batch)
until("tasks killed by id are replaced", lambda: not set(batch) & {t.id for t in client.list_tasks("/python/web")}
      and len([t for t in client.list_tasks("/python/web") if t.state == "TASK_RUNNING"]) == 3)
versions = sorted(str(v) for v in client.list_versions("/python/web"))
assert client.get_version("/python/web", versions[0]).labels == {}
client.rollback_app("/python/web", versions[0], force=True)
until("the rollback is done", lambda: not client.list_deployments())
assert client.get_app("/python/web").labels == {} and client.get_app("/python/web").instances == 2
client.update_apps([MarathonApp(id="/python/web", instances=1), MarathonApp(id="/python/other", cmd="sleep 1000", cpus=0.1, mem=32)])
until("two apps are deployed at once", lambda: not client.list_deployments())
assert [a.id for a in client.list_apps(cmd="SLEEP")] == ["/python/other", "/python/web"]
assert [a.id for a in client.list_apps(app_id="other", embed_tasks=True)] == ["/python/other"]
assert len(client.kill_tasks("/python/web")) == 1
client.kill_task("/python/other", client.list_tasks("/python/other")[0].id, scale=True)
until("a kill with scaling leaves none", lambda: client.get_app("/python/other").instances == 0 and not client.list_tasks("/python/other"))

# Groups below the top: the library does not know enforceRole, which top-level groups have.
client.create_group(MarathonGroup(id="/python/group", apps=[MarathonApp(id="a", cmd="sleep 1000", cpus=0.1, mem=32)]))
until("the group is deployed", lambda: not client.list_deployments())
assert [a.id for a in client.get_group("python/group").apps] == ["/python/group/a"]
client.scale_group("python/group", 2)
until("the group is scaled", lambda: client.get_app("/python/group/a").instances == 2 and not client.list_deployments())
client.update_group("python/group", MarathonGroup(id="/python/group", apps=[
    MarathonApp(id="a", cmd="sleep 1000", cpus=0.1, mem=32), MarathonApp(id="b", cmd="sleep 1000", cpus=0.1, mem=32, dependencies=["a"])]))
until("the group is updated", lambda: not client.list_deployments())
assert client.get_app("/python/group/b").dependencies == ["/python/group/a"]
client.delete_group("python/group", force=True)
until("the group is gone", lambda: [a.id for a in client.list_apps()] == ["/python/other", "/python/web"] and not client.list_deployments())

# A deployment that cannot go on: seen, stopped, the app held no longer.
client.create_app("/python/big", MarathonApp(cmd="sleep 1", cpus=1000, mem=32))
stuck = client.list_deployments()[0]
assert [a.action for a in stuck.current_actions] == ["ScaleApplication"], stuck
client.delete_deployment(stuck.id, force=True)
until("the deployment is stopped", lambda: not client.list_deployments())
client.reset_delay("/python/big")
client.delete_app("/python/big", force=True)
until("nothing waits any more", lambda: client.list_queue() == [])

# Refusals, as the library tells them.
try:
    client.create_app("/python/bad", MarathonApp(cmd="sleep 1", cpus=-1))
    raise AssertionError("no app has less than nothing")
except MarathonHttpError as error:
    assert error.status_code == 422 and "Invalid JSON" in str(error.error_message), error
try:
    client.delete_deployment("nothing")
    raise AssertionError("there is no such deployment")
except NotFoundError as error:
    assert error.error_message == "DeploymentPlan nothing does not exist", error.error_message
assert client.get_leader()["leader"] == url.split("//")[1]
assert client.get_metrics()["gauges"]["marathon.apps.active.gauge"]["value"] == 2
client.delete_app("/python/other", force=True)

client.delete_app("/python/web", force=True)
until("the app is gone", lambda: not client.list_apps() and not client.list_deployments())
try:
    client.get_app("/python/web")
    raise AssertionError("the app is gone")
except NotFoundError as error:
    print("ok: a missing app is not found:", error.error_message)

until("the stream told of it all", lambda: set(TYPES) <= set(seen))
