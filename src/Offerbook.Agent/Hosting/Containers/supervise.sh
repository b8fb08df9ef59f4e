# Runs one task and records its life. Plain POSIX shell without helper processes, because one of these waits beside every task.
#
#   sh supervise.sh RECORD SETSID PROGRAM [ARGUMENT...]       (working directory: the sandbox; environment: the task's)
#
# RECORD is created exclusively: whoever creates it, this script or an agent that recovers, decides whether the task ever runs.
# Its lines, each written at once:
#
#   supervisor PID START BOOT      this shell, its start time (field 22 of /proc/PID/stat) and the machine's boot id
#   started PID START              the task's process, which leads its own session and process group
#   ...                            what the shell says: of a process that died by a signal ("Terminated"), or why it could not start one
#   exited STATUS                  128 + n for death by signal n; what the task left of its process group has been killed
#
# The task's exit status must be that of a foreground command: a background one would have SIGINT and SIGQUIT ignored.

set -C
record=$1 setsid=$2
shift 2
exec </dev/null >/dev/null 2>"$record"

# start_of STAT: the 22nd field; the second one, the name, may hold blanks and parentheses.
start_of() {
    set -f
    # shellcheck disable=SC2086
    set -- ${1##*) }
    start=${20}
}

read -r stat </proc/$$/stat
start_of "$stat"
read -r boot </proc/sys/kernel/random/boot_id
echo "supervisor $$ $start $boot" >&2

(
    set +C
    read -r stat </proc/self/stat
    start_of "$stat"
    # The files are there before anybody hears that the task runs.
    exec 3>&2 >>stdout 2>>stderr
    echo "started ${stat%% *} $start" >&3
    exec "$setsid" "$@" 3>&-
)
status=$?

while read -r word pid rest; do
    if [ "$word" = started ]; then
        kill -s KILL -- "-$pid" 2>/dev/null
        break
    fi
done <"$record"

echo "exited $status" >&2
