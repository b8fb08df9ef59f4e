using Mesos.V1;
using Mesos.V1.Scheduler;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;

namespace Offerbook.Conformance.Kit;

/// <summary>Frameworks, tasks and resources as scripts need them: valid, small, and easily made wrong.</summary>
public static class Specs
{
    /// <summary>A framework with MULTI_ROLE, RESERVATION_REFINEMENT and whatever else is named, in these roles.</summary>
    public static FrameworkInfo Framework(IEnumerable<string> roles, params IEnumerable<Capability> more)
    {
        var info = Named();
        info.Roles.Add(roles);
        foreach (var capability in new[] { Capability.MultiRole, Capability.ReservationRefinement }.Concat(more))
        {
            info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = capability });
        }
        return info;
    }

    /// <summary>A framework as written before there were roles in the plural.</summary>
    public static FrameworkInfo OldFramework(string role, params IEnumerable<Capability> capabilities)
    {
        var info = Named();
        info.Role = role;
        foreach (var capability in capabilities)
        {
            info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = capability });
        }
        return info;
    }

    public static TaskInfo Task(Offer offer, string id, string command = "sleep 1000", double cpus = 0.1, double mem = 32) => new()
    {
        Name = id,
        TaskId = new TaskID { Value = id },
        AgentId = offer.AgentId,
        Command = new CommandInfo { Value = command },
        Resources = { Scalar("cpus", cpus), Scalar("mem", mem) },
    };

    /// <summary>The executor of task groups that agents bring themselves.</summary>
    public static ExecutorInfo DefaultExecutor(FrameworkID framework, string id) => new()
    {
        Type = ExecutorInfo.Types.Type.Default,
        ExecutorId = new ExecutorID { Value = id },
        FrameworkId = framework,
        Resources = { Scalar("cpus", 0.1), Scalar("mem", 32), Scalar("disk", 32) },
    };

    /// <summary>One test of one attribute, for one role.</summary>
    public static OfferConstraints Constraints(string role, string attribute, AttributeConstraint.Types.Predicate predicate)
    {
        var group = new OfferConstraints.Types.RoleConstraints.Types.Group();
        group.AttributeConstraints.Add(new AttributeConstraint { Selector = new() { AttributeName = attribute }, Predicate = predicate });
        return new OfferConstraints { RoleConstraints = { [role] = new OfferConstraints.Types.RoleConstraints { Groups = { group } } } };
    }

    public static Resource Scalar(string name, double value) =>
        new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };

    public static double ScalarOf(IEnumerable<Resource> resources, string name) =>
        resources.Where(resource => resource.Name == name).Sum(resource => resource.Scalar?.Value ?? 0);

    private static FrameworkInfo Named() => new() { User = "root", Name = "conformance", FailoverTimeout = 60 };
}
