# Runs one task and records its life. Plain POSIX shell without helper processes, because one of these waits beside every task.
#
#   sh supervise.sh RECORD BOOT UMASK OOM GROUPS SETSID PROGRAM [ARGUMENT...]   (working directory: the sandbox; environment: the task's)
#
# RECORD is created exclusively: whoever creates it, this script or an agent that recovers, decides whether the task ever runs.
# Its lines, each written at once:
#
#   supervisor PID TICKS BOOT      this shell, a moment at which it was there (hundredths of a second after boot), and the machine's boot id
#   started PID TICKS              the task's process, which leads its own session and process group
#   ...                            what the shell says: of a process that died by a signal ("Terminated"), or why it could not start one
#   exited STATUS                  128 + n for death by signal n; what the task left of its process group has been killed
#
# An agent may append a line of its own, which says why it ends the task. UMASK is the task's. OOM, if not empty, is written to its
# oom_score_adj. GROUPS are files of control groups, with blanks between, that make the process that writes 0 to them a member.
#
# The task's exit status must be that of a foreground command: a background one would have SIGINT and SIGQUIT ignored. Variables have
# a prefix, because those of the task's environment are variables of this shell too.
#
# A process that has the number and started later than that moment got the number of a dead one. A moment rather than the start time
# itself, because a shell reads a file byte by byte, a call of the kernel each: /proc/uptime has 20 bytes, /proc/PID/stat 330.

set -Cf
_ob_record=$1 _ob_boot=$2 _ob_umask=$3 _ob_oom=$4 _ob_groups=$5 _ob_setsid=$6
shift 6
exec </dev/null >/dev/null 2>"$_ob_record"
exec 2>>"$_ob_record"

read -r _ob_now _ob_rest </proc/uptime
echo "supervisor $$ ${_ob_now%.*}${_ob_now#*.} $_ob_boot" >&2

(
    set +C
    for _ob_group in $_ob_groups; do
        echo 0 >"$_ob_group" || exit 1
    done
    [ -z "$_ob_oom" ] || echo "$_ob_oom" >/proc/self/oom_score_adj
    umask "$_ob_umask"
    # This process is the supervisor's only child. Not every kernel lists children, and the list ends without a newline.
    read -r _ob_self _ob_rest </proc/$$/task/$$/children || :
    [ -n "$_ob_self" ] || read -r _ob_self _ob_rest </proc/self/stat
    read -r _ob_now _ob_rest </proc/uptime
    # The files are there before anybody hears that the task runs.
    exec 3>&2 >>stdout 2>>stderr
    echo "started $_ob_self ${_ob_now%.*}${_ob_now#*.}" >&3
    exec "$_ob_setsid" "$@" 3>&-
)
_ob_status=$?

while read -r _ob_word _ob_pid _ob_rest; do
    if [ "$_ob_word" = started ]; then
        kill -s KILL -- "-$_ob_pid" 2>/dev/null
        break
    fi
done <"$_ob_record"

echo "exited $_ob_status" >&2
