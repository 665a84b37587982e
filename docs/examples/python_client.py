"""Follow live events from Python.

pip install "python-socketio[client]"
python python_client.py http://localhost:4000 "$TOKEN"
"""

import json
import sys

import socketio

url, token = sys.argv[1:3]
client = socketio.Client()


@client.event(namespace="/messaging")
def connect():
    print("connected", flush=True)


@client.event(namespace="/messaging")
def connect_error(error):
    print("refused:", error, flush=True)


@client.on("*", namespace="/messaging")
def event(name, payload, cursor=None):
    """Events of the log bring a cursor, with which `GET /api/events?after=` goes on."""
    print(name, json.dumps(payload, ensure_ascii=False), flush=True)


client.connect(url, auth={"token": token}, namespaces=["/messaging"])
client.wait()
