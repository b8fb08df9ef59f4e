using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Mesos.V1;
using Offerbook.Resources;

namespace Offerbook.Master.Tasks;

/// <summary>
/// One object for what many tasks have alike: labels, containers, checks, resources, names. The instances of an app differ in hardly
/// more than their ids, and half a million of them must fit into memory. What is shared here is never changed.
/// <para>Cost: one hash of the part. Bounded: a full table is emptied, and tasks of before keep the objects they have.</para>
/// </summary>
internal sealed class SharedParts
{
    /// <summary>Different parts remembered: some for each of 10,000 apps, 10 MB if each takes 1 KiB.</summary>
    private const int MaxParts = 10_000;

    /// <summary>All of them together, about: parts are as large as frameworks make them.</summary>
    private const long MaxBytes = 32L << 20;

    /// <summary>What a part takes beside what its length says.</summary>
    private const int Overhead = 100;

    private readonly Dictionary<object, object> _parts = [];
    private long _bytes;

    [return: NotNullIfNotNull(nameof(part))]
    public T? Share<T>(T? part) where T : class
    {
        if (part is null)
        {
            return null;
        }
        return _parts.TryGetValue(part, out var known) && known is T same ? same : Remember(part);
    }

    /// <summary>
    /// Equal bags may list their entries in different orders, which readers would see; so only those built alike are shared.
    /// </summary>
    public ResourceBag Share(ResourceBag bag) => bag.IsEmpty ? ResourceBag.Empty
        : _parts.TryGetValue(bag, out var known) && known is ResourceBag same && same.SequenceEqual(bag) ? same : Remember(bag);

    /// <summary>What operators see of a task, without its statuses: like <paramref name="task"/>, but in shared parts.</summary>
    public MesosTask Compact(MesosTask task, FrameworkID framework, AgentID agent)
    {
        var compact = new MesosTask
        {
            Name = Share(task.Name),
            TaskId = task.TaskId,
            FrameworkId = framework,
            AgentId = agent,
            State = task.State,
            ExecutorId = task.ExecutorId,
            Labels = Share(task.Labels),
            Discovery = Share(task.Discovery),
            Container = Share(task.Container),
            HealthCheck = Share(task.HealthCheck),
            KillPolicy = Share(task.KillPolicy),
        };
        // Left to itself the list takes room for eight.
        compact.Resources.Capacity = task.Resources.Count;
        foreach (var resource in task.Resources)
        {
            compact.Resources.Add(Share(resource));
        }
        compact.Limits.Add(task.Limits);
        if (task.HasUser)
        {
            compact.User = Share(task.User);
        }
        return compact;
    }

    /// <summary>Lets a status name its task and agent by the objects that the task has anyway.</summary>
    public static void Adopt(MesosTask spec, TaskStatus status)
    {
        status.TaskId = spec.TaskId;
        if (status.AgentId is not null && status.AgentId.Value == spec.AgentId.Value)
        {
            status.AgentId = spec.AgentId;
        }
    }

    private T Remember<T>(T part) where T : class
    {
        var bytes = Overhead + SizeOf(part);
        if (_parts.Count >= MaxParts || _bytes + bytes > MaxBytes)
        {
            _parts.Clear();
            _bytes = 0;
        }
        if (bytes <= MaxBytes)
        {
            _parts[part] = part;
            _bytes += bytes;
        }
        return part;
    }

    private static long SizeOf(object part) => part switch
    {
        string text => 2L * text.Length,
        IMessage message => message.CalculateSize(),
        ResourceBag bag => (long)Overhead * bag.Count,
        _ => 0,
    };
}
