#!/usr/bin/env bash
# A whole scheduler: subscribes, accepts one offer, sees its task run and finish.   scheduler.sh [MASTER] [COMMAND]
set -eu; export LC_ALL=C    # record lengths count bytes
api=${1:-http://127.0.0.1:5050}/api/v1/scheduler; command=${2:-echo hello from a shell}; launched=''; stream=''
dir=$(mktemp -d); mkfifo "$dir/events"; trap 'kill $stream 2>/dev/null || :; rm -rf "$dir"' EXIT
post() { curl -sS -H 'Content-Type: application/json' "$@"; }
call() { post "$api" -H "Mesos-Stream-Id: $id" -d "{\"framework_id\":{\"value\":\"$framework\"},$1}"; }
value() { grep -oE "\"$1\":(\{\"value\":)?\"[^\"]*" <<<"$event" | head -n 1 | sed 's/.*"//'; }
post -N "$api" -D "$dir/headers" -d '{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"'"$(id -un)"'","name":"shell"}}}' >"$dir/events" & stream=$!
while read -r length && IFS= read -r -N "$length" event; do case $event in
  *'"type":"SUBSCRIBED"'*) framework=$(value framework_id); id=$(sed -n 's/^mesos-stream-id: *//Ip' "$dir/headers" | tr -d '\r'); echo "subscribed as $framework" ;;
  *'"type":"OFFERS"'*) offer=$(grep -oE '"id":\{"value":"[^"]*-O[0-9]+' <<<"$event" | head -n 1 | sed 's/.*"//'); agent=$(value agent_id)
    [ -z "$launched" ] || { call "\"type\":\"DECLINE\",\"decline\":{\"offer_ids\":[{\"value\":\"$offer\"}]}"; continue; }
    launched=yes; echo "accepting $offer"; call '"type":"ACCEPT","accept":{"offer_ids":[{"value":"'"$offer"'"}],"operations":[{"type":"LAUNCH","launch":{"task_infos":[{
      "name":"hello","task_id":{"value":"hello-1"},"agent_id":{"value":"'"$agent"'"},"command":{"value":"'"$command"'"},"resources":[
      {"name":"cpus","type":"SCALAR","scalar":{"value":0.1}},{"name":"mem","type":"SCALAR","scalar":{"value":32}}]}]}}]}' ;;
  *'"type":"UPDATE"'*) state=$(value state); agent=$(value agent_id); uuid=$(value uuid); echo "$state"
    [ -z "$uuid" ] || call '"type":"ACKNOWLEDGE","acknowledge":{"agent_id":{"value":"'"$agent"'"},"task_id":{"value":"hello-1"},"uuid":"'"$uuid"'"}'
    case $state in TASK_FINISHED) call '"type":"TEARDOWN"'; exit 0 ;; TASK_FAILED|TASK_ERROR|TASK_LOST|TASK_KILLED) echo "$event" >&2; exit 1 ;; esac ;;
  *'"type":"ERROR"'*) echo "$event" >&2; exit 1 ;;
esac; done <"$dir/events"; echo 'the stream ended' >&2; exit 1
