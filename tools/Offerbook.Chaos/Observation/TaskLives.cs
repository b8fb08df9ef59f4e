namespace Offerbook.Chaos.Observation;

/// <summary>Puts lives together from marks.</summary>
public static class TaskLives
{
    /// <param name="vanished">Processes that ended without a mark → when they were last seen.</param>
    public static IReadOnlyList<TaskLife> Of(IEnumerable<TaskMark> marks, IReadOnlyDictionary<(string Task, int Process),
        TimeSpan> vanished)
    {
        var lives = new List<TaskLife>();
        foreach (var own in marks.GroupBy(mark => (mark.Task, mark.Process)))
        {
            if (own.FirstOrDefault(mark => mark.Kind == MarkKind.Start) is not { } start)
            {
                continue; // Cut off by a disk that was full, or still being written.
            }
            TimeSpan? At(MarkKind kind) => own.FirstOrDefault(mark => mark.Kind == kind)?.At;
            lives.Add(new TaskLife(start.Task, start.Process, start.RunSpec, start.Configuration, start.Host, start.At, At(MarkKind.Ready),
                At(MarkKind.Asked),
                At(MarkKind.End) ?? (vanished.TryGetValue(own.Key, out var seen) ? seen : null)));
        }
        return [.. lives.OrderBy(life => life.Start)];
    }
}
