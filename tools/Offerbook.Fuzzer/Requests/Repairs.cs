using Google.Protobuf;
using Mesos.V1;
using Offerbook.Resources;
using AgentCall = Offerbook.Wire.AgentProtocol.Call;
using SchedulerCall = Mesos.V1.Scheduler.Call;

namespace Offerbook.Fuzzer.Requests;

/// <summary>Makes what was put together by chance agree with itself, so that a master takes it and has to live with it.</summary>
internal static class Repairs
{
    public static void Apply(IMessage call)
    {
        switch (call)
        {
            case SchedulerCall { Subscribe: { } subscribe } scheduler:
                Apply(subscribe.FrameworkInfo, scheduler.FrameworkId);
                subscribe.OfferConstraints = null;
                subscribe.SuppressedRoles.Clear();
                break;
            case SchedulerCall { UpdateFramework: { } update } scheduler:
                Apply(update.FrameworkInfo, scheduler.FrameworkId);
                update.OfferConstraints = null;
                update.SuppressedRoles.Clear();
                break;
            case AgentCall { Subscribe: { } subscribe } agent:
                Apply(subscribe.AgentInfo, agent.AgentId);
                subscribe.CheckpointedResources.Clear();
                subscribe.OversubscribedResources.Clear();
                subscribe.Operations.Clear();
                foreach (var task in subscribe.Tasks)
                {
                    task.AgentId = agent.AgentId ?? task.AgentId;
                    subscribe.Frameworks.Add(new FrameworkInfo { User = "nobody", Name = "f", Id = task.FrameworkId });
                }
                foreach (var framework in subscribe.Frameworks)
                {
                    framework.Id ??= new FrameworkID { Value = "fuzz-f0" };
                }
                break;
        }
    }

    private static void Apply(FrameworkInfo info, FrameworkID? id)
    {
        info.Id = id;
        info.ClearPrincipal();
        var roles = info.Roles.Where(role => role is "*" or "fuzz" or "fuzz/a" or "fuzz/a/b" or "other").Distinct().ToList();
        info.Roles.Clear();
        info.Roles.Add(roles);
    }

    private static void Apply(AgentInfo info, AgentID? id)
    {
        info.Id = id;
        info.Resources.Clear();
        info.Resources.Add(
            ResourceBag.Parse("cpus:8;mem:8192;disk:8192;ports:[31000-31999];cpus(fuzz):2").ToProto(ResourceFormat.PostRefinement));
    }
}
