# What every run of a job does: some work, and an end of its own.
# The machine, by where its agent keeps the sandbox.
host=${MESOS_SANDBOX#*/obchaos-*/}; host=${host%%/*}
task=$BATCH_JOB_ID.$BATCH_RUN-$BATCH_ATTEMPT
mark() { read -r up rest < /proc/uptime; echo "$1 $task $$ $up $CHAOS_SPEC $BATCH_RUN ${host:--}" >> "$CHAOS_MARKS"; }
trap 'mark asked; kill "$rests" 2>/dev/null; exit 143' TERM
mark start
mark ready
sleep "${CHAOS_WORK:-2}" & rests=$!; wait "$rests"
mark end
