using Mesos.V1;
using Offerbook.Master.Http.Legacy;
using Offerbook.Master.Operator.Views;
using Offerbook.Resources;

namespace Offerbook.Master.Http;

/// <summary>The four parts of GET_STATE, as messages.</summary>
internal static class StateMessages
{
    public static OperatorResponse.Types.GetTasks Tasks(MasterView view)
    {
        var tasks = new OperatorResponse.Types.GetTasks();
        foreach (var framework in view.Frameworks)
        {
            tasks.Tasks.Add(framework.Tasks.Select(task => task.ToProto()));
            tasks.UnreachableTasks.Add(framework.UnreachableTasks.Select(task => task.ToProto()));
        }
        foreach (var framework in view.Frameworks.Concat(view.CompletedFrameworks))
        {
            tasks.CompletedTasks.Add(framework.CompletedTasks.Select(task => task.ToProto()));
        }
        return tasks;
    }

    public static OperatorResponse.Types.GetExecutors Executors(MasterView view)
    {
        var executors = new OperatorResponse.Types.GetExecutors();
        executors.Executors.Add(view.Agents.SelectMany(agent => agent.Executors).Select(Executor));
        return executors;
    }

    public static OperatorResponse.Types.GetFrameworks Frameworks(MasterView view)
    {
        var frameworks = new OperatorResponse.Types.GetFrameworks();
        frameworks.Frameworks.Add(view.Frameworks.Select(framework => Framework(framework, view)));
        frameworks.CompletedFrameworks.Add(view.CompletedFrameworks.Select(framework => Framework(framework, view)));
        return frameworks;
    }

    public static OperatorResponse.Types.GetAgents Agents(MasterView view)
    {
        var agents = new OperatorResponse.Types.GetAgents();
        agents.Agents.Add(view.Agents.Select(Agent));
        agents.RecoveredAgents.Add(view.RecoveredAgents);
        return agents;
    }

    public static OperatorResponse.Types.GetFrameworks.Types.Framework Framework(FrameworkView framework, MasterView view)
    {
        var message = new OperatorResponse.Types.GetFrameworks.Types.Framework
        {
            FrameworkInfo = framework.Info,
            Active = framework.Active,
            Connected = framework.Connected,
            Recovered = framework.Recovered,
            RegisteredTime = Time(framework.RegisteredTime),
            ReregisteredTime = Time(framework.ReregisteredTime),
            UnregisteredTime = Time(framework.UnregisteredTime),
            OfferConstraints = framework.Constraints.Message,
        };
        message.Offers.Add(framework.Offers.Select(offer => offer.Sent));
        message.AllocatedResources.Add(view.Sums.UsedBy(framework.Id).ToProto(ResourceFormat.Endpoint));
        message.OfferedResources.Add(framework.Offered.ToProto(ResourceFormat.Endpoint));
        return message;
    }

    public static OperatorResponse.Types.GetExecutors.Types.Executor Executor(ExecutorView executor) =>
        new() { ExecutorInfo = executor.Info, AgentId = executor.Agent.ToProto() };

    public static OperatorResponse.Types.GetAgents.Types.Agent Agent(AgentView agent)
    {
        var message = new OperatorResponse.Types.GetAgents.Types.Agent
        {
            AgentInfo = agent.Info,
            Active = agent.Active,
            Deactivated = agent.Deactivated,
            Version = agent.Version,
            Pid = agent.Pid,
            RegisteredTime = Time(agent.RegisteredTime),
            ReregisteredTime = Time(agent.ReregisteredTime),
            DrainInfo = agent.Drain,
            EstimatedDrainStartTime = Time(agent.DrainStarted),
        };
        message.TotalResources.Add(agent.Total.ToProto(ResourceFormat.Endpoint));
        message.AllocatedResources.Add(agent.UsedTotal.ToProto(ResourceFormat.Endpoint));
        message.OfferedResources.Add(agent.Offered.ToProto(ResourceFormat.Endpoint));
        message.Capabilities.Add(agent.Capabilities);
        return message;
    }

    private static TimeInfo? Time(DateTimeOffset? time) =>
        time is { } known ? new TimeInfo { Nanoseconds = Times.ToNanoseconds(known) } : null;
}
