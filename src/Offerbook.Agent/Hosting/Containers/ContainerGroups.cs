using Microsoft.Extensions.Logging;
using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Cgroups;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>Which control group each container is in: its own, or that of the container it joins.</summary>
internal sealed class ContainerGroups(IControlGroups groups, IsolationOptions options, ILogger logger) : IAsyncDisposable
{
    /// <summary>
    /// Two seconds in all: a killed process goes as soon as it is scheduled, and one that hangs in the kernel keeps nobody.
    /// </summary>
    private const int LastLooks = 100;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();

    /// <summary>
    /// Groups that are to go as soon as the last process in them is gone; at most one for each container that ended of late.
    /// </summary>
    private readonly HashSet<ContainerId> _leaving = [];

    /// <summary>
    /// What the processes of pods may use together whose holders an engine runs. Their groups are there as long as such a process is.
    /// </summary>
    private readonly Dictionary<ContainerId, ContainerLimits> _pods = [];

    /// <summary>
    /// Attached containers with groups of their own: as many as operators' containers at most. They need their groups, and who knows of
    /// the others does not know of them.
    /// </summary>
    private readonly HashSet<ContainerId> _attached = [];

    /// <summary>Whether the container has a group of its own, which ends with it.</summary>
    public static bool IsOwn(ContainerSpec spec) => spec.Joins is null || spec.Process.OwnControlGroup;

    /// <summary>Makes the container's group if it has its own.</summary>
    /// <returns>The files through which its first process joins.</returns>
    /// <exception cref="IOException">The kernel refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The agent has no right to.</exception>
    public IReadOnlyList<string> Enter(ContainerSpec spec)
    {
        if (IsOwn(spec))
        {
            if (spec.SharesNetwork)
            {
                // No process of the pod's own is in the group around it, which so may not be there.
                Have(spec.Joins!.Value);
            }
            if (spec.Attach is not null)
            {
                lock (_lock)
                {
                    _attached.Add(spec.Container);
                }
            }
            groups.Create(spec.Container, GroupLimits.Of(spec.Limits, options));
            return groups.JoinFiles(spec.Container);
        }
        var joined = spec.Joins!.Value;
        // What it joins may itself have joined the one around it.
        while (!groups.Exists(joined) && joined.Parent is { } outer)
        {
            joined = outer;
        }
        Have(joined);
        return groups.JoinFiles(joined);
    }

    /// <summary>What processes may use together in a pod whose holder an engine runs, from now on.</summary>
    public void BoundPod(ContainerId pod, ContainerLimits limits)
    {
        lock (_lock)
        {
            _pods[pod] = limits;
            if (groups.Exists(pod))
            {
                Apply(pod, limits);
            }
        }
    }

    /// <returns>False when there is no such pod.</returns>
    public bool TryChangePod(ContainerId pod, ContainerLimits limits)
    {
        lock (_lock)
        {
            if (!_pods.ContainsKey(pod))
            {
                return false;
            }
            BoundPod(pod, limits);
            return true;
        }
    }

    public void ForgetPod(ContainerId pod)
    {
        lock (_lock)
        {
            _pods.Remove(pod);
        }
    }

    /// <summary>An attached container is over: its own group goes, if it has one, and whatever is left in it is killed.</summary>
    public void ForgetAttached(ContainerId container)
    {
        lock (_lock)
        {
            if (_attached.Remove(container))
            {
                Abandon(container);
            }
        }
    }

    /// <summary>The files through which another process joins the group of a container that runs.</summary>
    public IReadOnlyList<string> Join(ContainerSpec spec)
    {
        for (ContainerId? at = IsOwn(spec) ? spec.Container : spec.Joins; at is { } group; at = group.Parent)
        {
            if (groups.Exists(group))
            {
                return groups.JoinFiles(group);
            }
        }
        return [];
    }

    /// <summary>Of a container that has no process here itself too, such as a pod: its group is made if need be.</summary>
    public void Apply(ContainerId container, ContainerLimits limits)
    {
        var bounds = GroupLimits.Of(limits, options);
        try
        {
            if (groups.Exists(container))
            {
                groups.Apply(container, bounds);
            }
            else
            {
                groups.Create(container, bounds);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("The limits of container {Container} stay as they were: {Reason}", container, failure.Message);
        }
    }

    /// <summary>
    /// The container has ended and is forgotten: its group goes, and those around it that nobody needs any more. What is still in these is
    /// killed: a container that shared the group may have left a daemon in it, which nothing else would end.
    /// </summary>
    /// <param name="isNeeded">Whether another container has that group.</param>
    public void Leave(ContainerSpec spec, Func<ContainerId, bool> isNeeded)
    {
        lock (_lock)
        {
            if (IsOwn(spec))
            {
                _leaving.Add(spec.Container);
            }
            ContainerId? outermost = null;
            for (var outer = spec.Joins ?? spec.Container.Parent; outer is { } group; outer = group.Parent)
            {
                if (!_attached.Contains(group) && !isNeeded(group))
                {
                    _leaving.Add(group);
                    outermost = group;
                }
            }
            if (outermost is { } abandoned)
            {
                // With those within.
                Abandon(abandoned);
            }
            else
            {
                RemoveLeaving();
            }
        }
    }

    /// <summary>Removes what has become empty. Innermost first, so that one round does.</summary>
    /// <returns>Whether nothing is left to remove.</returns>
    public bool RemoveLeaving()
    {
        lock (_lock)
        {
            if (_leaving.Count == 0)
            {
                return true;
            }
            foreach (var group in _leaving.OrderByDescending(id => id.Value.Length).ToList())
            {
                if (groups.Remove(group))
                {
                    _leaving.Remove(group);
                }
            }
            return _leaving.Count == 0;
        }
    }

    /// <summary>Kills and removes the groups that belong to none of these containers.</summary>
    public void KillStrays(IReadOnlyList<ContainerSpec> wanted)
    {
        var kept = new HashSet<ContainerId>();
        foreach (var spec in wanted)
        {
            for (ContainerId? id = spec.Container; id is { } group; id = group.Parent)
            {
                kept.Add(group);
            }
            for (var id = spec.Joins; id is { } group; id = group.Parent)
            {
                kept.Add(group);
            }
        }
        foreach (var stray in groups.List().Where(group => !kept.Contains(group)))
        {
            logger.LogInformation(
                "Removing the control group of container {Container}, which belongs to no task, with whatever runs in it.", stray);
            TryKill(stray);
            lock (_lock)
            {
                _leaving.Add(stray);
            }
        }
        RemoveLeaving();
    }

    public bool IsPopulated(ContainerSpec spec) => IsOwn(spec) && groups.IsPopulated(spec.Container);

    /// <returns>False when the processes of that container are not known by a group.</returns>
    public bool TryKill(ContainerId group)
    {
        if (!groups.Exists(group))
        {
            return false;
        }
        try
        {
            groups.Kill(group);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It went away between two looks, or the kernel refuses: the session is killed instead, and the core asks again.
            logger.LogDebug("Control group of {Container}: {Reason}", group, failure.Message);
            return false;
        }
    }

    public bool Has(ContainerSpec spec) => IsOwn(spec) && groups.Exists(spec.Container);

    /// <summary>
    /// Waits for processes that are dying, so that their groups do not stay when the agent goes; nobody tells when they are gone.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        for (var look = 0; look < LastLooks && !RemoveLeaving(); look++)
        {
            await Task.Delay(LookAgain);
        }
        groups.Close();
    }

    /// <param name="killed">Whether the kernel may have killed it: only then is the use of a group that it shares with others the
    /// reason.</param>
    public MemoryOveruse? Overuse(ContainerSpec spec, bool killed = false) =>
        IsOwn(spec) ? groups.Overuse(spec.Container) : killed && spec.Joins is { } joined && groups.Exists(joined)
            ? groups.Overuse(joined) : null;

    public void Fill(ContainerSpec spec, ResourceStatistics statistics) => groups.Fill(spec.Container, statistics);

    /// <summary>
    /// Removes a group that nobody needs any more, which nearly always is empty. If not, what is in it is killed, under the lock: nobody
    /// enters meanwhile who would be killed too.
    /// </summary>
    private void Abandon(ContainerId group)
    {
        _leaving.Add(group);
        RemoveLeaving();
        if (_leaving.Contains(group))
        {
            TryKill(group);
        }
    }

    /// <summary>Makes a group that is not there; it stays at least until somebody leaves it.</summary>
    private void Have(ContainerId group)
    {
        lock (_lock)
        {
            // Somebody else may just have been the last in it.
            var wasLeaving = _leaving.Remove(group);
            if (!wasLeaving && groups.Exists(group))
            {
                return;
            }
            var limits = GroupLimits.Of(_pods.GetValueOrDefault(group, ContainerLimits.None), options);
            groups.Create(group, limits);
            if (wasLeaving)
            {
                // A group of version 1 in which everything was killed lets nobody fork.
                groups.Apply(group, limits);
            }
        }
    }
}
