"""Drives Apps through python3-marathon with several servers to choose from, in both orders: one leads, one hands on, one may be gone."""
import sys

from marathon import MarathonClient
from marathon.exceptions import NotFoundError
from marathon.models import MarathonApp

servers = sys.argv[1:]
for order in (servers, servers[::-1]):
    client = MarathonClient(order)
    assert client.ping().decode().strip(' \n"') == "pong"
    leader = client.get_leader()
    assert leader["leader"] in [server.split("//")[1] for server in servers], leader
    client.create_app("/python/servers", MarathonApp(cmd="exec sleep 1000", cpus=0.01, mem=16, instances=0))
    assert client.get_app("/python/servers").instances == 0
    assert "/roll" in [app.id for app in client.list_apps()]
    client.delete_app("/python/servers", force=True)
    try:
        client.get_app("/python/servers")
        raise AssertionError("it was deleted")
    except NotFoundError:
        pass
print("ok")
