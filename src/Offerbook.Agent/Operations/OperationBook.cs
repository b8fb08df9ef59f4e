using Google.Protobuf.Collections;
using Mesos.V1;
using Offerbook.Agent.Recovery;
using Offerbook.Resources;
using Offerbook.Wire.Identity;

namespace Offerbook.Agent.Operations;

/// <summary>
/// The part of the durable state that operations make: what they made of the agent's resources, and those that are not forgotten.
/// Events say what there is after them, so that a journal can be replayed under another configuration; whether the two fit is
/// <see cref="Problem"/>.
/// </summary>
internal sealed class OperationBook
{
    private long _next;

    public OperationBook(AgentSettings settings)
    {
        Configured = ResourceReader.Read(settings.Info.Resources).Bag;
        Total = Configured;
    }

    public SortedDictionary<Guid, AgentOperation> Operations { get; } = [];

    /// <summary>What the agent was started with.</summary>
    public ResourceBag Configured { get; }

    /// <summary>Dynamic reservations and volumes.</summary>
    public ResourceBag Checkpointed { get; private set; } = ResourceBag.Empty;

    /// <summary>The agent's resources as they are now, without revocable ones.</summary>
    public ResourceBag Total { get; private set; }

    /// <summary>Why the configuration cannot hold <see cref="Checkpointed"/>; null when it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>Grows whenever an operation on which the master counted is not carried out.</summary>
    public ulong Version { get; private set; }

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<AgentOperation> InOrder => [.. Operations.Values.OrderBy(operation => operation.Number)];

    public void Apply(OperationApplied applied)
    {
        Become(applied.Checkpointed);
        Keep(applied.OperationUuid, applied.FrameworkId, applied.Info, applied.Status);
    }

    public void Apply(OperationRefused refused)
    {
        Version = refused.ResourceVersion;
        Keep(refused.OperationUuid, refused.FrameworkId, refused.Info, refused.Status);
    }

    public void Apply(OperationEnded ended)
    {
        if (ended.HasResourceVersion)
        {
            Become(ended.Checkpointed);
            Version = ended.ResourceVersion;
        }
        var operation = Operations[OperationUuid.From(ended.OperationUuid)!.Value];
        operation.End = ended.Status;
        ForgetIfDone(operation);
    }

    public void Apply(OperationAcknowledged acknowledged) => Operations.Remove(OperationUuid.From(acknowledged.OperationUuid)!.Value);

    /// <summary>Nobody is left to acknowledge: for one framework, or for all.</summary>
    public void Silence(FrameworkId? framework)
    {
        foreach (var operation in Operations.Values.Where(operation => framework is null || operation.Framework == framework).ToList())
        {
            operation.Silenced = true;
            ForgetIfDone(operation);
        }
    }

    public void Capture(AgentSnapshot snapshot)
    {
        snapshot.Checkpointed.Add(Checkpointed.ToProto(ResourceFormat.PostRefinement));
        snapshot.ResourceVersion = Version;
        snapshot.Operations.Add(InOrder.Select(operation => new AgentSnapshot.Types.Operation
        {
            FrameworkId = operation.Framework?.ToProto(),
            Info = operation.Info,
            OperationUuid = OperationUuid.ToBytes(operation.Uuid),
            Status = operation.End,
            Silenced = operation.Silenced,
        }));
    }

    public void Restore(AgentSnapshot snapshot)
    {
        Become(snapshot.Checkpointed);
        Version = snapshot.ResourceVersion;
        foreach (var captured in snapshot.Operations)
        {
            var operation = new AgentOperation(OperationUuid.From(captured.OperationUuid)!.Value, FrameworkOf(captured.FrameworkId),
                captured.Info, _next++)
            {
                End = captured.Status, Silenced = captured.Silenced,
            };
            Operations.Add(operation.Uuid, operation);
        }
    }

    private void Become(RepeatedField<Resource> checkpointed)
    {
        Checkpointed = ResourceReader.Read(checkpointed).Bag;
        var total = Configured.WithCheckpointed(Checkpointed);
        (Total, Problem) = (total.Bag, total.Problem);
    }

    private void Keep(Google.Protobuf.ByteString uuid, FrameworkID? framework, Offer.Types.Operation info, OperationStatus? end)
    {
        var operation = new AgentOperation(OperationUuid.From(uuid)!.Value, FrameworkOf(framework), info, _next++) { End = end };
        Operations.Add(operation.Uuid, operation);
        ForgetIfDone(operation);
    }

    private void ForgetIfDone(AgentOperation operation)
    {
        if (operation.End is not null && !operation.HasFeedback)
        {
            Operations.Remove(operation.Uuid);
        }
    }

    private static FrameworkId? FrameworkOf(FrameworkID? framework) => framework is null ? null : FrameworkId.From(framework);
}
