# Starts a process whose input and output the agent holds, and sees to it that the process does not outlive the agent.
#
#   sh attach.sh LIFELINE TERMINAL UMASK GROUPS SETSID PROGRAM [ARGUMENT...]   (working directory, environment: the process's)
#
# LIFELINE is a named pipe that the agent holds open while the process is to live; its end says that whatever is left of the process's
# session is to be killed. TERMINAL, if not empty, becomes the input, the output and the controlling terminal; else they are what this
# shell has. GROUPS are files of control groups, with blanks between, that make the process that writes 0 to them a member.
#
# This shell becomes the process. Whoever holds the lifeline's other end is nobody's child: a program that waits for its children must
# not find one that it does not know. It stays outside of the control groups. Variables have a prefix, because those of the process's
# environment are variables of this shell too.

_ob_lifeline=$1 _ob_terminal=$2 _ob_umask=$3 _ob_groups=$4 _ob_setsid=$5
shift 5

(
    (
        trap '' HUP INT QUIT TERM
        cd /
        read -r _ob_word <"$_ob_lifeline"
        kill -s KILL -- "-$$"
        for _ob_file in /proc/[0-9]*/stat; do
            read -r _ob_stat <"$_ob_file" || continue
            _ob_pid=${_ob_stat%% *}
            # Behind the name, which may hold blanks and parentheses: state, parent, process group, session.
            # shellcheck disable=SC2086
            set -- ${_ob_stat##*) }
            [ "$4" != "$$" ] || kill -s KILL "$_ob_pid"
        done
    ) </dev/null >/dev/null 2>&1 &
)

for _ob_group in $_ob_groups; do
    echo 0 >"$_ob_group" || exit 125
done
umask "$_ob_umask"
if [ -n "$_ob_terminal" ]; then
    exec "$_ob_setsid" -c "$@" <>"$_ob_terminal" >&0 2>&0
fi
exec "$_ob_setsid" "$@"
