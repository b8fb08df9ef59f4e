using Mesos.V1;
using Offerbook.Agent.Recovery;
using Offerbook.Agent.Registration;
using Offerbook.Agent.Tasks;
using Offerbook.Resources;
using Offerbook.Wire.AgentProtocol;
using Offerbook.Wire.Identity;
using MesosOperation = Mesos.V1.Offer.Types.Operation;
using State = Mesos.V1.OperationState;

namespace Offerbook.Agent.Operations;

/// <summary>
/// Carries out the operations that the master sends.
///
/// <code>
///   APPLY_OPERATION ─┬─ known ─────────────────────────────▶ nothing
///                    ├─ decided on an old version ─────────▶ DROPPED
///                    ├─ resources are not there ───────────▶ FAILED, new version
///                    ├─ RESERVE, UNRESERVE, GROW, SHRINK ──▶ FINISHED
///                    └─ CREATE, DESTROY ─ directories ─────▶ FINISHED, or FAILED and undone, new version
/// </code>
///
/// The change of resources is durable before anything else sees it. A version tells the master that it counted on what is not:
/// it hears the present total first and the status after.
/// </summary>
internal sealed class AgentOperations(AgentContext context, MasterLink link, OperationUpdates updates)
{
    private OperationBook Book => context.State.Operations;

    /// <summary>After a start: directories that were to be made or removed when the agent died are seen to again.</summary>
    public void Start()
    {
        foreach (var operation in Book.InOrder.Where(operation => operation.End is null))
        {
            PrepareVolumes(operation.Uuid, operation.Info, again: true);
        }
    }

    /// <summary>The agent is registered: the master hears of what has changed since it asked to be.</summary>
    public void Resume()
    {
        if (!link.AreResourcesTold)
        {
            SendResources();
        }
    }

    public void Apply(Event.Types.ApplyOperation order)
    {
        if (OperationUuid.From(order.OperationUuid) is not { } uuid || Book.Operations.ContainsKey(uuid))
        {
            return;
        }
        if (order.ResourceVersion != Book.Version)
        {
            Refuse(order, State.OperationDropped,
                $"The operation was decided on version {order.ResourceVersion} of the agent's resources, which are at {Book.Version}",
                isNews: false);
        }
        else if (Book.Operations.Count >= context.Settings.MaxOperations)
        {
            // Not kept for an acknowledgement either: that would be one more.
            var unheard = order.Clone();
            unheard.Info.Id = null;
            Refuse(unheard, State.OperationFailed, $"The agent already holds {context.Settings.MaxOperations} operations", isNews: true);
        }
        else if (Try(order.Info, out var total) is { } problem)
        {
            Refuse(order, State.OperationFailed, problem, isNews: true);
        }
        else
        {
            Carry(order, uuid, total);
        }
    }

    public void VolumesReady(Guid uuid, string? problem)
    {
        if (!Book.Operations.TryGetValue(uuid, out var operation) || operation.End is not null)
        {
            return;
        }
        var ended = new OperationEnded { OperationUuid = OperationUuid.ToBytes(uuid) };
        if (problem is null || operation.Info.Type == MesosOperation.Types.Type.Destroy)
        {
            ended.Status = Finished(operation.Info);
            if (problem is not null)
            {
                ended.Status.Message = problem;
            }
        }
        else
        {
            ended.Status = Status(operation.Info, State.OperationFailed, problem);
            Undo(operation, ended);
        }
        context.Record(ended);
        if (ended.HasResourceVersion)
        {
            SendResources();
        }
        updates.Tell(operation);
    }

    /// <summary>What is revocable has changed.</summary>
    public void Oversubscribe(ResourceBag revocable)
    {
        if (revocable.NonRevocable().IsEmpty && context.Oversubscribed != revocable)
        {
            context.Oversubscribed = revocable;
            SendResources();
        }
    }

    public void FrameworkGone(FrameworkId framework)
    {
        var its = Book.Operations.Values.Where(operation => operation.Framework == framework && !operation.Silenced).ToList();
        if (its.Count > 0)
        {
            its.ForEach(updates.Withdraw);
            context.Record(new OperationsSilenced { FrameworkId = framework.ToProto() });
        }
    }

    /// <summary>A task's volumes exist.</summary>
    public LaunchRefusal? CheckVolumes(TaskInfo task)
    {
        foreach (var volume in ResourceReader.Read(task.Resources).Bag.PersistentVolumes().Unallocate())
        {
            if (!Book.Total.Contains(volume with { Count = 1 }))
            {
                return LaunchRefusal.Invalid($"Task uses the persistent volume {volume}, which the agent does not have");
            }
        }
        return null;
    }

    private void Carry(Event.Types.ApplyOperation order, Guid uuid, ResourceBag total)
    {
        var applied = new OperationApplied { FrameworkId = order.FrameworkId, Info = order.Info, OperationUuid = order.OperationUuid };
        applied.Checkpointed.Add(total.Checkpointed().ToProto(ResourceFormat.PostRefinement));
        var waits = OperationConversions.VolumesOf(order.Info).Count > 0;
        if (!waits)
        {
            applied.Status = Finished(order.Info);
        }
        context.Record(applied);
        if (waits)
        {
            PrepareVolumes(uuid, order.Info, again: false);
        }
        else
        {
            updates.Tell(uuid, FrameworkOf(order), applied.Status);
        }
    }

    private void Refuse(Event.Types.ApplyOperation order, State state, string why, bool isNews)
    {
        var status = Status(order.Info, state, why);
        var version = Book.Version + (isNews ? 1u : 0u);
        if (isNews || order.Info.Id is not null)
        {
            context.Record(new OperationRefused
            {
                FrameworkId = order.FrameworkId, Info = order.Info, OperationUuid = order.OperationUuid, Status = status,
                ResourceVersion = version,
            });
        }
        if (isNews)
        {
            SendResources();
        }
        updates.Tell(OperationUuid.From(order.OperationUuid)!.Value, FrameworkOf(order), status);
    }

    /// <summary>
    /// The directory could not be made: the volume is disk again, unless something was made of it or runs on it meanwhile.
    /// </summary>
    private void Undo(AgentOperation operation, OperationEnded ended)
    {
        var steps = OperationConversions.VolumesOf(operation.Info).Select(volume =>
        {
            var bare = ResourceBag.Of(volume).Unallocate();
            var disk = ResourceBag.Of(
                [.. OperationConversions.Of(operation.Info).Steps.SelectMany(step => step.Produced.Contains(volume)
                    ? step.Consumed : ResourceBag.Empty)]);
            return new ResourceConversion(bare, disk.Unallocate());
        });
        var undone = Book.Total.Apply([.. steps]);
        if (undone.IsApplied && !OperationConversions.VolumesOf(operation.Info).Any(IsUsed))
        {
            ended.ResourceVersion = Book.Version + 1;
            ended.Checkpointed.Add(undone.Bag.Checkpointed().ToProto(ResourceFormat.PostRefinement));
        }
    }

    private bool IsUsed(ResourceEntry volume)
    {
        var bare = volume with { Kind = volume.Kind.AllocatedTo(null) };
        return context.State.Tasks.Values.Any(task => !task.Ended
            && ResourceReader.Read(task.Info.Resources).Bag.Unallocate().Contains(bare));
    }

    private void PrepareVolumes(Guid uuid, MesosOperation info, bool again)
    {
        var paths = OperationConversions.VolumesOf(info).Select(VolumePath.Of).ToList();
        if (info.Type == MesosOperation.Types.Type.Create)
        {
            context.Do(new CreateVolumes(uuid, paths));
            return;
        }
        // One that was made anew since must not lose what tasks have written to it.
        var present = Book.Total.PersistentVolumes().Select(VolumePath.Of).ToHashSet();
        context.Do(new RemoveVolumes(uuid, again ? [.. paths.Where(path => !present.Contains(path))] : paths));
    }

    private string? Try(MesosOperation info, out ResourceBag total)
    {
        total = Book.Total;
        if (OperationValidator.ValidateShape(info) is { } malformed)
        {
            return malformed;
        }
        var steps = OperationConversions.Of(info);
        var result = Book.Total.Apply([.. steps.Steps.Select(Unallocated)]);
        total = result.Bag;
        return steps.Problem ?? result.Problem;
    }

    private static ResourceConversion Unallocated(ResourceConversion step) =>
        new(step.Consumed.Unallocate(), step.Produced.Unallocate(), step.Gone is { } gone
            ? gone with { Kind = gone.Kind.AllocatedTo(null) } : null);

    private void SendResources()
    {
        if (!link.Registered)
        {
            return;
        }
        var update = new Call.Types.ResourcesUpdate { ResourceVersion = Book.Version };
        update.CheckpointedResources.Add(Book.Checkpointed.ToProto(ResourceFormat.PostRefinement));
        update.OversubscribedResources.Add(context.Oversubscribed.ToProto(ResourceFormat.PostRefinement));
        link.Send(new Call { Type = Call.Types.Type.UpdateResources, ResourcesUpdate = update });
    }

    private OperationStatus Finished(MesosOperation info)
    {
        var status = Status(info, State.OperationFinished, null);
        foreach (var step in OperationConversions.Of(info).Steps)
        {
            status.ConvertedResources.Add(step.Produced.ToProto(ResourceFormat.PostRefinement));
        }
        return status;
    }

    /// <summary>With a uuid if its end is to be acknowledged.</summary>
    private OperationStatus Status(MesosOperation info, State state, string? message)
    {
        var status = new OperationStatus { OperationId = info.Id, State = state, AgentId = context.State.Id?.ToProto() };
        if (message is not null)
        {
            status.Message = message;
        }
        if (info.Id is not null)
        {
            status.Uuid = new UUID { Value = OperationUuid.ToBytes(context.Random.NextGuid()) };
        }
        return status;
    }

    private static FrameworkId? FrameworkOf(Event.Types.ApplyOperation order) =>
        order.FrameworkId is null ? null : FrameworkId.From(order.FrameworkId);
}
