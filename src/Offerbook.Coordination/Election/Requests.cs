using Offerbook.Actors;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Election;

/// <summary>The requests of one core: one at a time, so that a step is taken only on what the one before has shown.</summary>
internal sealed class Requests(SessionLife session, ElectionPaths paths)
{
    private int _last;

    /// <summary>What is under way; null when nothing is.</summary>
    public Step? Step { get; private set; }

    /// <summary>Takes the step that this answers; null when it answers none that is under way.</summary>
    public Step? Answered(int request)
    {
        if (request != _last)
        {
            return null;
        }
        var step = Step;
        Step = null;
        return step;
    }

    /// <summary>No answer is waited for any more; one that comes is not heard.</summary>
    public void Abandon() => Step = null;

    public void Create(Step step, string path, ReadOnlyMemory<byte> data, NodeKind kind, Effects effects) =>
        effects.Add(new ServiceCall.Create(session.Number, Begin(step), path, data, kind));

    public void Delete(Step step, string name, Effects effects) => DeleteAt(step, paths.PathOf(name), effects);

    public void DeleteAt(Step step, string path, Effects effects) => effects.Add(new ServiceCall.Delete(session.Number, Begin(step), path));

    public void List(Step step, bool watch, bool isFresh, Effects effects) =>
        effects.Add(new ServiceCall.List(session.Number, Begin(step), paths.Parent, watch, isFresh));

    public void Read(Step step, string name, Effects effects) => ReadAt(step, paths.PathOf(name), effects);

    public void ReadAt(Step step, string path, Effects effects) => effects.Add(new ServiceCall.Read(session.Number, Begin(step), path));

    private int Begin(Step step)
    {
        Invariant.Check(Step is null && session.IsConnected, "one request at a time, and only while connected");
        Step = step;
        return ++_last;
    }
}
