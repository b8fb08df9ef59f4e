using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// Knows which supervisors are gone: the kernel tells, and collects nothing for those that are this process's children but through it.
/// </summary>
internal sealed class SupervisorWatch : IDisposable
{
    private readonly TrackedContainers _tracked;
    private readonly SupervisorReaper _reaper = new();
    private readonly ProcessEnds _ends;

    public SupervisorWatch(TrackedContainers tracked)
    {
        _tracked = tracked;
        _ends = new ProcessEnds(Ended);
    }

    /// <summary>A supervisor that this process has just started.</summary>
    public void Begin(ContainerId id, int supervisor)
    {
        var container = _tracked.Find(id);
        if (container is not null)
        {
            // Before it is watched: its end may be told at once.
            container.IsWatched = true;
        }
        if (!_ends.TryWatch(new ProcessIdentity(supervisor, long.MaxValue), isChild: true, id))
        {
            _reaper.Add(supervisor);
            if (container is not null)
            {
                container.IsWatched = false;
            }
        }
    }

    /// <summary>A supervisor that an earlier agent started.</summary>
    public void TakeOver(TrackedContainer container, ProcessIdentity supervisor)
    {
        if (!container.IsWatched)
        {
            container.IsWatched = _ends.TryWatch(supervisor, isChild: false, container.Id);
        }
    }

    /// <summary>Collects those whose end the kernel does not tell.</summary>
    public void Reap() => _reaper.Reap();

    public void Dispose() => _ends.Dispose();

    private void Ended(ContainerId id)
    {
        if (_tracked.Find(id) is { } container)
        {
            container.IsWatched = false;
        }
    }
}
