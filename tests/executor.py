"""A small executor over the v1 executor API (HTTP, JSON), as somebody would write it against the contract alone.

It has several tasks and expects its agent to die at any instant. What a task does stands in its data: "finish [SECONDS]" and
"fail SECONDS" end it by themselves, at once without a number; anything else runs until it is killed. Calls go only over a connection
that is subscribed; whatever is not acknowledged goes out again with the next SUBSCRIBE. Without checkpoints it ends with its agent.

A message is answered with "echo: " before it; "die" makes the executor exit with 7. What happens is told in `log` in the sandbox.
With CHAOS_MARKS, each task's beginning and its end by itself are also marked in a file of its own in that directory.
"""
import base64
import http.client
import json
import os
import threading
import time
import uuid

ADDRESS = os.environ["MESOS_SLAVE_PID"].split("@")[1]
PATH = "/slave(1)/api/v1/executor"
IDS = {
    "framework_id": {"value": os.environ["MESOS_FRAMEWORK_ID"]},
    "executor_id": {"value": os.environ["MESOS_EXECUTOR_ID"]},
}
CHECKPOINT = os.environ["MESOS_CHECKPOINT"] == "1"
MARKS = os.environ.get("CHAOS_MARKS")
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
if "MESOS_EXECUTOR_AUTHENTICATION_TOKEN" in os.environ:
    HEADERS["Authorization"] = "Bearer " + os.environ["MESOS_EXECUTOR_AUTHENTICATION_TOKEN"]

lock = threading.RLock()
tasks = {}     # not yet acknowledged in any update
updates = {}   # not yet acknowledged, by uuid, in order
running = set()
subscribed = False


def write(path, line):
    with open(path, "a", encoding="utf-8") as out:
        out.write(line + "\n")


def log(line):
    write("log", line)


def mark(task_id, line):
    if MARKS:
        write(os.path.join(MARKS, task_id), line)


def post(call):
    connection = http.client.HTTPConnection(ADDRESS, timeout=20)
    try:
        connection.request("POST", PATH, json.dumps({**IDS, **call}), HEADERS)
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status != 202:
            log(f"{call['type']} {answer.status} {text}")
    except (OSError, http.client.HTTPException) as failure:
        log(f"{call['type']} {failure.__class__.__name__}")
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
    log("launch " + task_id)
    mark(task_id, f"start {os.getpid()}")
    tasks[task_id] = task
    running.add(task_id)
    update(task_id, "TASK_RUNNING")
    what, *seconds = base64.b64decode(task.get("data", "")).decode().split() or ["stay"]
    if what not in ("finish", "fail"):
        return
    how = (task_id, "TASK_FINISHED", "end 0") if what == "finish" else (task_id, "TASK_FAILED", "end failed")
    if seconds:
        timer = threading.Timer(float(seconds[0]), end, how)
        timer.daemon = True
        timer.start()
    else:
        end(*how)


def handle(event, known):
    global subscribed
    kind = event["type"]
    if kind == "SUBSCRIBED":
        log("subscribed " + event["subscribed"]["container_id"]["value"])
        subscribed = True
        for key in [key for key in updates if key not in known]:
            post({"type": "UPDATE", "update": updates[key]})
    elif kind == "LAUNCH":
        launch(event["launch"]["task"])
    elif kind == "LAUNCH_GROUP":
        log("group")
        for task in event["launch_group"]["task_group"]["tasks"]:
            launch(task)
    elif kind == "KILL":
        end(event["kill"]["task_id"]["value"], "TASK_KILLED", None)
    elif kind == "ACKNOWLEDGED":
        tasks.pop(event["acknowledged"]["task_id"]["value"], None)
        updates.pop(event["acknowledged"]["uuid"], None)
    elif kind == "MESSAGE":
        data = base64.b64decode(event["message"]["data"])
        if data == b"die":
            os._exit(7)
        post({"type": "MESSAGE", "message": {"data": base64.b64encode(b"echo: " + data).decode()}})
    elif kind == "SHUTDOWN":
        log("shutdown")
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
        log(f"SUBSCRIBE {answer.status} {answer.read().decode()}")
        return
    for event in records(answer):
        with lock:
            handle(event, known)


while True:
    try:
        subscribe()
    except (OSError, http.client.HTTPException, ValueError):
        pass
    log("disconnected")
    if not CHECKPOINT:
        os._exit(3)
    with lock:
        subscribed = False
    time.sleep(0.1)
