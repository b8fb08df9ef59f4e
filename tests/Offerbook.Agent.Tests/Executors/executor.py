"""A small executor over the v1 executor API (HTTP, JSON), as somebody would write it against the contract alone.

What a task does stands in its data: "finish" ends at once, anything else runs until it is killed. A message is answered with
"echo: " before it; "die" makes the executor exit with 7. The tests read `log` in the sandbox.
"""
import base64
import http.client
import json
import os
import time
import uuid

ADDRESS = os.environ["MESOS_SLAVE_PID"].split("@")[1]
PATH = "/slave(1)/api/v1/executor"
IDS = {
    "framework_id": {"value": os.environ["MESOS_FRAMEWORK_ID"]},
    "executor_id": {"value": os.environ["MESOS_EXECUTOR_ID"]},
}
CHECKPOINT = os.environ["MESOS_CHECKPOINT"] == "1"
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
if "MESOS_EXECUTOR_AUTHENTICATION_TOKEN" in os.environ:
    HEADERS["Authorization"] = "Bearer " + os.environ["MESOS_EXECUTOR_AUTHENTICATION_TOKEN"]

tasks = {}    # not yet acknowledged in any update
updates = {}  # not yet acknowledged, by uuid, in order
running = set()


def log(line):
    with open("log", "a", encoding="utf-8") as out:
        out.write(line + "\n")


def post(call):
    connection = http.client.HTTPConnection(ADDRESS, timeout=10)
    try:
        connection.request("POST", PATH, json.dumps({**IDS, **call}), HEADERS)
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status != 202:
            log(f"{call['type']} {answer.status} {text}")
    except OSError as failure:
        log(f"{call['type']} {failure.__class__.__name__}")
    finally:
        connection.close()


def update(task_id, state):
    key = base64.b64encode(uuid.uuid4().bytes).decode()
    updates[key] = {"status": {
        "task_id": {"value": task_id}, "state": state, "source": "SOURCE_EXECUTOR", "uuid": key, "timestamp": time.time(),
    }}
    post({"type": "UPDATE", "update": updates[key]})


def launch(task):
    task_id = task["task_id"]["value"]
    log("launch " + task_id)
    tasks[task_id] = task
    running.add(task_id)
    update(task_id, "TASK_RUNNING")
    if base64.b64decode(task.get("data", "")) == b"finish":
        running.discard(task_id)
        update(task_id, "TASK_FINISHED")


def handle(event):
    kind = event["type"]
    if kind == "SUBSCRIBED":
        log("subscribed " + event["subscribed"]["container_id"]["value"])
    elif kind == "LAUNCH":
        launch(event["launch"]["task"])
    elif kind == "LAUNCH_GROUP":
        log("group")
        for task in event["launch_group"]["task_group"]["tasks"]:
            launch(task)
    elif kind == "KILL":
        task_id = event["kill"]["task_id"]["value"]
        if task_id in running:
            running.discard(task_id)
            update(task_id, "TASK_KILLED")
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
    connection.request("POST", PATH, json.dumps({**IDS, "type": "SUBSCRIBE", "subscribe": {
        "unacknowledged_tasks": list(tasks.values()), "unacknowledged_updates": list(updates.values()),
    }}), HEADERS)
    answer = connection.getresponse()
    if answer.status != 200:
        log(f"SUBSCRIBE {answer.status} {answer.read().decode()}")
        return
    for event in records(answer):
        handle(event)


while True:
    try:
        subscribe()
    except (OSError, http.client.HTTPException, ValueError):
        pass
    log("disconnected")
    if not CHECKPOINT:
        os._exit(3)
    time.sleep(0.05)
