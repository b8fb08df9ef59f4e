namespace Offerbook.Chaos.Observation;

/// <summary>What a task wrote down about itself, or we saw of its process.</summary>
public enum MarkKind
{
    Start,

    /// <summary>It can do its work.</summary>
    Ready,

    /// <summary>It was asked to end (SIGTERM).</summary>
    Asked,

    /// <summary>It is about to end.</summary>
    End,
}

/// <param name="Process">The process that wrote it.</param>
/// <param name="RunSpec">The app, pod or job that it belongs to.</param>
/// <param name="Configuration">Which one it runs; for jobs the number of the run.</param>
/// <param name="Host">The agent's machine.</param>
public sealed record TaskMark(MarkKind Kind, string Task, int Process, TimeSpan At, string RunSpec, string Configuration, string Host);

/// <summary>A task's life as its own marks and its process tell it: nothing of it comes from Offerbook.</summary>
/// <param name="Ready">Null when it never was.</param>
/// <param name="Asked">Null when nobody asked it to end.</param>
/// <param name="End">Null while it runs; the last moment at which its process was seen when it ended without a word.</param>
public sealed record TaskLife(string Task, int Process, string RunSpec, string Configuration, string Host, TimeSpan Start, TimeSpan? Ready,
    TimeSpan? Asked, TimeSpan? End)
{
    /// <summary>Apps and pods: what all incarnations of an instance have in common. Others: the task itself.</summary>
    public string Instance
    {
        get
        {
            var at = Task.IndexOf(".instance-", StringComparison.Ordinal);
            var end = at < 0 ? -1 : Task.IndexOf('.', at + 10);
            return end < 0 ? Task : Task[..end];
        }
    }

    public bool RunsAt(TimeSpan time) => Start <= time && (End is null || time < End);

    /// <summary>It works, and nobody has asked it to end.</summary>
    public bool WorksAt(TimeSpan time) => Ready <= time && !(Asked <= time) && !(End <= time);
}
