"""A small executor over the v1 executor API (HTTP, JSON) for several tasks, which expects its agent to die at any instant.

What a task does stands in its data: "finish SECONDS", "fail SECONDS", or "stay" until it is killed. Each task's beginning and its end by
itself are marked in a file of its own in the directory CHAOS_MARKS. Calls go only over a connection that is subscribed; whatever is not
acknowledged goes out again with the next SUBSCRIBE.
"""
import base64
import http.client
import json
import os
import threading
import time
import uuid

ADDRESS = os.environ["MESOS_SLAVE_PID"].split("@")[1]
PATH = "/api/v1/executor"
IDS = {
    "framework_id": {"value": os.environ["MESOS_FRAMEWORK_ID"]},
    "executor_id": {"value": os.environ["MESOS_EXECUTOR_ID"]},
}
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
if "MESOS_EXECUTOR_AUTHENTICATION_TOKEN" in os.environ:
    HEADERS["Authorization"] = "Bearer " + os.environ["MESOS_EXECUTOR_AUTHENTICATION_TOKEN"]

lock = threading.RLock()
tasks = {}     # not yet acknowledged in any update
updates = {}   # not yet acknowledged, by uuid, in order
running = set()
subscribed = False


def mark(task_id, line):
    with open(os.path.join(os.environ["CHAOS_MARKS"], task_id), "a", encoding="utf-8") as out:
        out.write(line + "\n")


def post(call):
    connection = http.client.HTTPConnection(ADDRESS, timeout=20)
    try:
        connection.request("POST", PATH, json.dumps({**IDS, **call}), HEADERS)
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status != 202:
            print(call["type"], answer.status, text, flush=True)
    except (OSError, http.client.HTTPException) as failure:
        print(call["type"], failure, flush=True)
    finally:
        connection.close()


def update(task_id, state):
    key = base64.b64encode(uuid.uuid4().bytes).decode()
    updates[key] = {"status": {
        "task_id": {"value": task_id}, "state": state, "source": "SOURCE_EXECUTOR", "uuid": key, "timestamp": time.time(),
    }}
    if subscribed:
        post({"type": "UPDATE", "update": updates[key]})


def end(task_id, state, line):
    with lock:
        if task_id in running:
            running.discard(task_id)
            if line:
                mark(task_id, line)
            update(task_id, state)


def launch(task):
    task_id = task["task_id"]["value"]
    mark(task_id, f"start {os.getpid()}")
    tasks[task_id] = task
    running.add(task_id)
    update(task_id, "TASK_RUNNING")
    what, *seconds = base64.b64decode(task["data"]).decode().split()
    if what != "stay":
        state, line = ("TASK_FINISHED", "end 0") if what == "finish" else ("TASK_FAILED", "end failed")
        timer = threading.Timer(float(seconds[0]), end, (task_id, state, line))
        timer.daemon = True
        timer.start()


def handle(event, known):
    global subscribed
    kind = event["type"]
    if kind == "SUBSCRIBED":
        subscribed = True
        for key in [key for key in updates if key not in known]:
            post({"type": "UPDATE", "update": updates[key]})
    elif kind == "LAUNCH":
        launch(event["launch"]["task"])
    elif kind == "KILL":
        end(event["kill"]["task_id"]["value"], "TASK_KILLED", None)
    elif kind == "ACKNOWLEDGED":
        tasks.pop(event["acknowledged"]["task_id"]["value"], None)
        updates.pop(event["acknowledged"]["uuid"], None)
    elif kind == "SHUTDOWN":
        for task_id in sorted(running):
            update(task_id, "TASK_KILLED")
        os._exit(0)


def records(stream):
    while True:
        line = b""
        while not line.endswith(b"\n"):
            byte = stream.read(1)
            if not byte:
                return
            line += byte
        yield json.loads(stream.read(int(line)))


def subscribe():
    """Follows one subscription to its end."""
    connection = http.client.HTTPConnection(ADDRESS)
    with lock:
        known = set(updates)
        body = json.dumps({**IDS, "type": "SUBSCRIBE", "subscribe": {
            "unacknowledged_tasks": list(tasks.values()), "unacknowledged_updates": list(updates.values()),
        }})
    connection.request("POST", PATH, body, HEADERS)
    answer = connection.getresponse()
    if answer.status != 200:
        print("SUBSCRIBE", answer.status, answer.read().decode(), flush=True)
        return
    for event in records(answer):
        with lock:
            handle(event, known)


while True:
    try:
        subscribe()
    except (OSError, http.client.HTTPException, ValueError):
        pass
    with lock:
        subscribed = False
    time.sleep(0.1)
