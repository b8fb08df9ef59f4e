using System.Text;
using Offerbook.Chaos.Running;

namespace Offerbook.Chaos.Observation;

/// <summary>
/// Reads what tasks write down and looks whether their processes are there. A process is taken for the task's as long as its
/// environment names its run spec: process ids are used again.
/// </summary>
/// <param name="machines">Names by address.</param>
public sealed class TaskWatch(string file, IReadOnlyDictionary<string, string> machines, RunClock clock) : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly List<TaskMark> _marks = [];
    private readonly Dictionary<(string Task, int Process), (string RunSpec, TimeSpan At)> _seen = [];
    private readonly Dictionary<(string Task, int Process), TimeSpan> _vanished = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private long _position;

    public void Start() => _running = RunAsync();

    public IReadOnlyList<TaskLife> Lives()
    {
        lock (_gate)
        {
            Look();
            return TaskLives.Of(_marks, _vanished);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var pace = new PeriodicTimer(Pace);
        try
        {
            while (await pace.WaitForNextTickAsync(_stop.Token))
            {
                lock (_gate)
                {
                    Look();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private void Look()
    {
        ReadMarks();
        var now = clock.Now;
        foreach (var (key, (spec, at)) in _seen.ToList())
        {
            if (IsThere(key.Process, spec))
            {
                _seen[key] = (spec, now);
            }
            else
            {
                _vanished[key] = at;
                _seen.Remove(key);
            }
        }
    }

    private void ReadMarks()
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = _position;
        var bytes = new byte[stream.Length - _position];
        stream.ReadExactly(bytes);
        var end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        _position += end;
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Read(line) is { } mark)
            {
                _marks.Add(mark);
                if (mark.Kind == MarkKind.Start)
                {
                    _seen[(mark.Task, mark.Process)] = (mark.RunSpec, mark.At);
                }
            }
        }
    }

    /// <summary>kind, task, process, uptime, run spec, configuration, host; nothing for a line that is not whole.</summary>
    private TaskMark? Read(string line) =>
        line.Split(' ') is [var kind, var task, var process, var uptime, var spec, var configuration, var host]
            && Enum.TryParse<MarkKind>(kind, ignoreCase: true, out var known)
            && int.TryParse(process, out var id)
            ? new TaskMark(known, task, id, clock.FromUptime(uptime), spec, configuration, host == "-" ? ""
                : machines.GetValueOrDefault(host, host))
            : null;

    private static bool IsThere(int process, string runSpec)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process}/environ"))
                .Contains("CHAOS_SPEC=" + runSpec + "\0", StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
