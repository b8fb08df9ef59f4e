"""Looks at an election as tools do that know nothing of Offerbook: outside.py (leader|acl|remove) HOSTS PATH"""
import re
import sys

from kazoo.client import KazooClient

verb, hosts, path = sys.argv[1:4]
client = KazooClient(hosts=hosts, timeout=4)
client.start(timeout=30)
names = [name for name in client.get_children(path) if re.fullmatch(r"json\.info_[0-9]{10}", name)]
lowest = path.rstrip("/") + "/" + min(names)
if verb == "leader":
    print(client.get(lowest)[0].decode())
elif verb == "acl":
    for acl in client.get_acls(lowest)[0]:
        print(acl.perms, acl.id.scheme, acl.id.id.split(":")[0])
elif verb == "remove":
    client.delete(lowest)
client.stop()
client.close()
