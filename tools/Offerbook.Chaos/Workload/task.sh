# What every app and pod runs: it writes down when it starts, works, is asked to end and ends. /proc/uptime is read without a program.
# The machine, by where its agent keeps the sandbox.
# In a container that is not to be seen; there the machine is told by its address.
case $MESOS_SANDBOX in */obchaos-*) host=${MESOS_SANDBOX#*/obchaos-*/}; host=${host%%/*};; *) host=$HOST;; esac
mark() { read -r up rest < /proc/uptime; echo "$1 $MESOS_TASK_ID $$ $up $CHAOS_SPEC $CHAOS_OP ${host:--}" >> "$CHAOS_MARKS"; }
trap 'mark asked; kill "$rests" 2>/dev/null; mark end; exit 0' TERM
mark start
sleep "${CHAOS_WARMUP:-0.5}" & rests=$!; wait "$rests"
: > ready
mark ready
while :; do sleep 3600 & rests=$!; wait "$rests"; done
