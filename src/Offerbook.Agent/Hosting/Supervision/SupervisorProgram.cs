using Slot = Offerbook.Agent.Hosting.Supervision.CallProgram.Slot;

namespace Offerbook.Agent.Hosting.Supervision;

/// <summary>
/// The program that runs one task and records its life. One of these waits beside every task: two pages of its own.
///
/// <code>
///   supervise RECORD OWNER SPARE SETUP [GROUP…] "" FILE NAME [ARGUMENT…]     (working directory: the sandbox; environment: the task's)
/// </code>
///
/// RECORD is created exclusively: whoever creates it, this program or an agent that recovers, decides whether the task ever runs. SPARE, if
/// not empty, is a file with an empty line that becomes the record by a renaming that is as exclusive, which spares the file system the
/// making of one (<see cref="Containers.SpareRecords"/>); OWNER is the record's first line. GROUPs are files that make the process that
/// writes 0 to them what it is to be: members of control groups, oom_score_adj. FILE is executed under NAME. SETUP, if not empty: FILE only
/// sets the process up, and is given the record as descriptor 9 to say when it has. The record's
/// lines, each written at once:
///
/// <code>
///   of CONTAINER                        whose record it is: a spare one may show what it was before when the machine has lost its power
///   supervised PID BOOT UPTIME IDLE     this process, the machine's boot id, and what /proc/uptime said when it was there
///   began PID UPTIME IDLE               the task's process, which leads its own session; it executes its program already
///   setup PID UPTIME IDLE               the same, of a process that is yet to be set up
///   prepared                            written by that process: the task's own program is executed next
///   refused STEP ERROR                  it could not be started: at which step, and the kernel's error number
///   ended HOW NUMBER                    exited with a status, or killed (dumped) by a signal; what it left of its process group has been
/// killed
/// </code>
///
/// An agent may append a line of its own, which says why it ends the task. supervise.sh does the same where this program cannot run.
/// </summary>
internal static class SupervisorProgram
{
    /// <summary>Its exit status without arguments, by which a trial knows that it runs.</summary>
    public const int NothingToDo = 64;

    /// <summary>Through which a process that is being set up says that it has been.</summary>
    public const int SetUpDescriptor = 9;

    public const string PreparedLine = "prepared";

    /// <summary>In the order of their numbers.</summary>
    public static readonly IReadOnlyList<string> Steps = ["process", "group", "output", "execute"];

    private const int CurrentDirectory = -100;
    private const int PidBytes = 16;
    private const int UptimeBytes = 64;
    private const int MaxNumber = 255;

    // Calls of the kernel on x86-64.
    private const int Read = 0, Write = 1, Close = 3, WriteVector = 20, Duplicate = 33, VFork = 58, Execute = 59, Exit = 60, Wait = 61,
        Kill = 62, ReadLink = 89, Umask = 95, NewSession = 112, WaitId = 247, OpenAt = 257, RenameAt = 316;

    // How files are opened.
    private const int WriteOnly = 1, ReadWrite = 2, Create = 0x40, Exclusive = 0x80, Append = 0x400, NoFollow = 0x20000,
    CloseOnExec = 0x80000;

    /// <summary>Of a renaming: the new name must not be taken.</summary>
    private const int NoReplace = 1;

    /// <param name="bootId">The machine's: the file is made anew by each agent.</param>
    /// <param name="umask">The tasks'.</param>
    public static byte[] ToFile(string bootId, int umask)
    {
        var program = new CallProgram();
        var (start, record, descriptor, text) = (program.NewSlot(), program.NewSlot(), program.NewSlot(), program.NewSlot());
        var (at, environment, child, step, error) = (program.NewSlot(), program.NewSlot(), program.NewSlot(), program.NewSlot(),
            program.NewSlot());
        var nothing = program.Path("/dev/null");
        var self = program.Path("/proc/self");
        var clock = program.Path("/proc/uptime");
        var zero = program.Text("0");
        var signalInfo = program.Room(128);
        // Eight bytes each, so that a number is an index.
        var numbers = program.Text(string.Concat(Enumerable.Range(0, MaxNumber + 1).Select(number => $"{number,7}\n")));
        var steps = program.Text(string.Concat(Steps.Select(name => $"{name,8}")));
        var ends = program.Text(string.Concat(new[] { "", "exited", "killed", "dumped" }.Select(how => $"{how,8}")));
        var supervised = program.NewLineOf("", "supervised ", "", $" {bootId} ", "");
        var began = program.NewLineOf("began ", "", " ", "");
        var refused = program.NewLine((program.Text("refused "), 8), (null, 8), (numbers, 8));
        var ended = program.NewLine((program.Text("ended "), 6), (null, 8), (null, 8));

        // Who am I, and when? Into a line's parts: the number's, and the one after the next.
        void Identify(CallProgram.Line line, int at)
        {
            var (pid, uptime) = (program.Room(PidBytes), program.Room(UptimeBytes));
            program.Call(ReadLink, self, pid, PidBytes);
            program.Store(line.Parts[at].Length);
            program.Set(line.Parts[at].Pointer, (int)pid.Value);
            program.Call(OpenAt, CurrentDirectory, clock, CloseOnExec);
            program.Store(descriptor);
            program.Call(Read, descriptor, uptime, UptimeBytes);
            program.Store(line.Parts[at + 2].Length);
            program.Set(line.Parts[at + 2].Pointer, (int)uptime.Value);
            program.Call(Close, descriptor);
        }

        void WriteLine(CallProgram.Line line) => program.Call(WriteVector, record, line.Pointer, line.Parts.Count);

        // The eight bytes of a table for the number that is the result.
        void Choose(CallProgram.Operand table, Slot into)
        {
            program.TimesEight();
            program.Add(table);
            program.Store(into);
        }

        program.StoreStart(start);
        program.Call(OpenAt, CurrentDirectory, nothing, ReadWrite | CloseOnExec);
        program.JumpIfError("quit");
        program.Store(descriptor);
        foreach (var standard in (ReadOnlySpan<int>)[0, 1, 2])
        {
            program.Call(Duplicate, descriptor, standard);
        }
        program.Call(Close, descriptor);
        program.Call(Umask, umask);
        Identify(supervised, 2);
        Argument(program, start, 1, text);
        Argument(program, start, 2, supervised.Parts[0].Pointer);
        Argument(program, start, 3, at);
        // The arguments stand one behind the other, each with a zero at its end.
        program.Load(supervised.Parts[0].Pointer);
        program.Negate();
        program.Add(at);
        program.Add(-1);
        program.Store(supervised.Parts[0].Length);
        // A spare file is in its place when its first lines are in it: the agent hears of one change less.
        program.Call(OpenAt, CurrentDirectory, at, WriteOnly | Append | CloseOnExec);
        program.JumpIfError("create");
        program.Store(record);
        WriteLine(supervised);
        program.Call(RenameAt, CurrentDirectory, at, CurrentDirectory, text, NoReplace);
        program.JumpIfError("create");
        program.Jump("claimed");
        program.Label("create");
        program.Call(OpenAt, CurrentDirectory, text, WriteOnly | Create | Exclusive | Append | CloseOnExec, 0b110_000_000);
        program.JumpIfError("quit");
        program.Store(record);
        WriteLine(supervised);
        program.Label("claimed");
        program.Call(VFork);
        program.JumpIfZero("task");
        program.JumpIfError("refused");
        program.Store(child);

        // The child executes its program by now, or has failed: until then it had this process' memory for itself.
        program.Load(error);
        program.JumpIfZero("began");
        program.Jump("wait");
        program.Label("began");
        WriteLine(began);
        program.Label("wait");
        // It stays a zombie until its process group is dead, so that its number cannot have become somebody else's meanwhile.
        program.Call(WaitId, /* a process */ 1, child, signalInfo, /* has exited, leave it */ 0x01000004, 0);
        program.JumpIfError("wait");
        program.Load(child);
        program.Negate();
        program.Store(text);
        program.Call(Kill, text, 9);
        program.Call(Wait, child, 0, 0, 0);
        program.Load(error);
        program.JumpIfZero("ended");
        program.Label("refused");
        program.Negate();
        Choose(numbers, refused.Parts[2].Pointer);
        program.Load(step);
        Choose(steps, refused.Parts[1].Pointer);
        WriteLine(refused);
        program.Call(Exit, 0);

        program.Label("ended");
        program.LoadInt(signalInfo, offset: 8);
        Choose(ends, ended.Parts[1].Pointer);
        program.LoadInt(signalInfo, offset: 24);
        Choose(numbers, ended.Parts[2].Pointer);
        WriteLine(ended);
        program.Call(Exit, 0);

        program.Label("task");
        program.Call(NewSession);
        program.JumpIfError("failed");
        Argument(program, start, 4, text);
        program.Load(text);
        program.FollowToByte();
        program.JumpIfZero("ready");
        program.Call(Duplicate, record, SetUpDescriptor);
        program.Set(began.Parts[0].Pointer, (int)program.Text("setup ").Value);
        program.Label("ready");
        program.Load(start);
        program.Add(8 * 6);
        program.Store(at);
        program.Label("groups");
        program.Load(at);
        program.Follow();
        program.Store(text);
        program.FollowToByte();
        program.JumpIfZero("grouped");
        program.Set(step, 1);
        program.Call(OpenAt, CurrentDirectory, text, WriteOnly | CloseOnExec);
        program.JumpIfError("failed");
        program.Store(descriptor);
        program.Call(Write, descriptor, zero, 1);
        program.JumpIfError("failed");
        program.Call(Close, descriptor);
        Advance(program, at);
        program.Jump("groups");

        program.Label("grouped");
        program.Set(step, 2);
        foreach (var (log, standard) in new[] { ("stdout", 1), ("stderr", 2) })
        {
            program.Call(OpenAt, CurrentDirectory, program.Path(log), WriteOnly | Create | Append | NoFollow | CloseOnExec, 0b110_110_110);
            program.JumpIfError("failed");
            program.Store(descriptor);
            program.Call(Duplicate, descriptor, standard);
        }
        Identify(began, 1);
        // The environment is behind the arguments and a zero.
        program.Load(start);
        program.Follow();
        program.TimesEight();
        program.Add(start);
        program.Add(16);
        program.Store(environment);
        Advance(program, at);
        program.Load(at);
        program.Follow();
        program.Store(text);
        Advance(program, at);
        program.Set(step, 3);
        program.Call(Execute, text, at, environment);

        program.Label("failed");
        program.Store(error);
        program.Call(Exit, 127);

        program.Label("quit");
        program.Call(Exit, NothingToDo);
        return program.ToFile();
    }

    /// <summary>One of the program's arguments: they are behind their number.</summary>
    private static void Argument(CallProgram program, Slot start, int number, Slot into)
    {
        program.Load(start);
        program.Add(8 * (number + 1));
        program.Follow();
        program.Store(into);
    }

    private static void Advance(CallProgram program, Slot at)
    {
        program.Load(at);
        program.Add(8);
        program.Store(at);
    }
}
