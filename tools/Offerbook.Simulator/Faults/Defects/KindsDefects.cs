using Google.Protobuf.Collections;
using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Client.Scheduling;
using Offerbook.Simulator.Workload.Kinds;
using OperationType = Mesos.V1.Offer.Types.Operation.Types.Type;

namespace Offerbook.Simulator.Faults.Defects;

/// <summary>
/// The ways for the Apps framework to be wrong about volumes, daemons and apps that run once; see <see cref="Mutation"/>.
/// </summary>
internal static class KindsDefects
{
    public static Func<ICore<AppsMessage>, ICore<AppsMessage>>? Of(Mutation mutation) => mutation switch
    {
        Mutation.AppsLeakVolumes => core => new AppsDefect(core) { Said = effect => [Leak(effect)] },
        Mutation.AppsDestroyVolumes => core => new DestroysVolumes(core),
        Mutation.AppsStripVolumes => core => new AppsDefect(core) { Said = effect => [Strip(effect)] },
        Mutation.AppsCountDaemons => core => new AppsDefect(core) { Heard = message => AppsDefects.Misread(message, Count) },
        Mutation.AppsRepeatRuns => core =>
            new AppsDefect(core) { Heard = message => Mistake(message, TaskState.TaskFinished, TaskState.TaskFailed) },
        Mutation.AppsOverlapDaemons => core => new AppsDefect(core)
        {
            Heard = message => Mistake(message, AppKinds.IsDaemon, [TaskState.TaskRunning], TaskState.TaskDropped),
        },
        Mutation.AppsStripPods => core => new AppsDefect(core) { Said = effect => [StripPods(effect)] },
        Mutation.AppsUprootPods => core => new AppsDefect(core)
        {
            Heard = message => Mistake(message, AppKinds.IsResidentPod, [TaskState.TaskFailed, TaskState.TaskKilled],
                TaskState.TaskGoneByOperator),
        },
        Mutation.AppsPresumeSuccess => core =>
            new AppsDefect(core) { Heard = message => Mistake(message, TaskState.TaskFailed, TaskState.TaskFinished) },
        _ => null,
    };

    private static IEffect Leak(IEffect effect) => Edited(effect, operations =>
        operations.RemoveAll(operation => operation.Type is OperationType.Destroy or OperationType.Unreserve));

    private static IEffect Strip(IEffect effect) => Edited(effect, operations =>
    {
        foreach (var resources in operations.SelectMany(operation => operation.Launch?.TaskInfos ?? []).Select(task => task.Resources))
        {
            Strip(resources);
        }
    });

    private static IEffect StripPods(IEffect effect) => Edited(effect, operations =>
    {
        foreach (var executor in operations.Select(operation => operation.LaunchGroup?.Executor).OfType<ExecutorInfo>())
        {
            Strip(executor.Resources);
        }
    });

    private static void Strip(RepeatedField<Resource> resources)
    {
        foreach (var volume in resources.Where(resource => resource.Disk?.Persistence is not null).ToList())
        {
            resources.Remove(volume);
        }
    }

    private static IEffect Edited(IEffect effect, Action<List<Offer.Types.Operation>> edit)
    {
        if (effect is not CallMaster { Call.Accept: not null } call)
        {
            return effect;
        }
        var copy = call.Call.Clone();
        var operations = copy.Accept.Operations.ToList();
        edit(operations);
        copy.Accept.Operations.Clear();
        copy.Accept.Operations.Add(operations);
        return call with { Call = copy };
    }

    private static void Count(JObject document)
    {
        if (document.Remove("daemon"))
        {
            document["instances"] = 1;
            document["constraints"] = new JArray();
        }
    }

    private static AppsMessage Mistake(AppsMessage message, TaskState meant, TaskState taken) =>
        AppsDefects.Mishear(message, status => status.State = status.State == meant ? taken : status.State);

    /// <summary>States of tasks of some apps are taken for another.</summary>
    private static AppsMessage Mistake(AppsMessage message, Func<PathId, bool> isMeant, TaskState[] meant, TaskState taken) =>
        AppsDefects.Mishear(message, status =>
        {
            if (InstanceId.TryParseTask(status.TaskId.Value, out var instance, out _) && isMeant(instance.App))
            {
                status.State = meant.Contains(status.State) ? taken : status.State;
            }
        });

    /// <summary>Takes the chance to free what is reserved and not in use.</summary>
    private sealed class DestroysVolumes(ICore<AppsMessage> core) : CoreDefect<AppsMessage>(core)
    {
        private readonly Dictionary<string, Offer> _offers = [];

        protected override AppsMessage? Hear(AppsMessage message, Effects effects)
        {
            if (message is AppsMessage.MasterSignalled { Signal: SchedulerSignal.EventReceived { Event.Offers.Offers_: { } offers } })
            {
                foreach (var offer in offers)
                {
                    _offers[offer.Id.Value] = offer;
                }
            }
            return message;
        }

        protected override void Say(IEffect effect, Effects effects)
        {
            effects.Add(effect is CallMaster { Call.Accept: { OfferIds: [var id, ..] } accept }
                && !accept.Operations.Any(operation => operation.Launch is not null)
                && _offers.TryGetValue(id.Value, out var offer) ? Edited(effect, operations => Destroy(operations, offer)) : effect);
        }

        private static void Destroy(List<Offer.Types.Operation> operations, Offer offer)
        {
            var volumes = offer.Resources.Where(resource =>
                resource.Disk?.Persistence?.Id.StartsWith(AppKinds.ResidentRole + "_", StringComparison.Ordinal) == true).ToList();
            if (volumes.Count > 0)
            {
                operations.RemoveAll(operation => operation.Destroy is not null || operation.Unreserve is not null);
                operations.Add(
                    new Offer.Types.Operation { Type = OperationType.Destroy,
                        Destroy = new Offer.Types.Operation.Types.Destroy { Volumes = { volumes } } });
            }
        }
    }
}
