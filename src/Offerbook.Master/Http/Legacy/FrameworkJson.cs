using Offerbook.Master.Offers;
using Offerbook.Master.Operator.Views;

namespace Offerbook.Master.Http.Legacy;

internal static class FrameworkJson
{
    /// <summary>The part of a framework's object that the summary has too; the caller opens and closes the object.</summary>
    public static void FrameworkMembers(this LegacyWriter json, FrameworkView framework, MasterView view)
    {
        json.Text("id", framework.Id.Value);
        json.Text("name", framework.Info.Name);
        json.Resources("used_resources", view.Sums.UsedBy(framework.Id));
        json.Resources("offered_resources", framework.Offered);
        json.Texts("capabilities", framework.Info.Capabilities
            .Select(capability => Operator.MasterCounters.Snake(capability.Type.ToString()).ToUpperInvariant()));
        json.Text("hostname", framework.Info.Hostname);
        json.Text("webui_url", framework.Info.WebuiUrl);
        json.Bool("active", framework.Active);
        json.Bool("connected", framework.Connected);
        json.Bool("recovered", framework.Recovered);
    }

    public static void Framework(this LegacyWriter json, FrameworkView framework, MasterView view)
    {
        var info = framework.Info;
        json.BeginObject();
        json.FrameworkMembers(framework, view);
        json.Text("user", info.User);
        json.Double("failover_timeout", info.FailoverTimeout);
        json.Bool("checkpoint", info.Checkpoint);
        json.Double("registered_time", Times.ToSeconds(framework.RegisteredTime));
        json.Double("unregistered_time", framework.UnregisteredTime is { } ended ? Times.ToSeconds(ended) : 0);
        if (info.HasPrincipal)
        {
            json.Text("principal", info.Principal);
        }
        json.Resources("resources", view.Sums.UsedBy(framework.Id) + framework.Offered);
        if (framework.ReregisteredTime != framework.RegisteredTime)
        {
            json.Double("reregistered_time", Times.ToSeconds(framework.ReregisteredTime));
        }
        if (framework.MultiRole)
        {
            json.Texts("roles", info.Roles);
        }
        else
        {
            json.Text("role", info.Role);
        }
        json.Tasks("tasks", framework.Tasks);
        json.Tasks("unreachable_tasks", framework.UnreachableTasks);
        json.Tasks("completed_tasks", framework.CompletedTasks);
        json.BeginArray("offers");
        foreach (var offer in framework.Offers)
        {
            Offer(json, offer);
        }
        json.EndArray();
        json.BeginArray("executors");
        foreach (var executor in view.Sums.ExecutorsOf(framework.Id))
        {
            json.Executor(executor);
        }
        json.EndArray();
        if (info.Labels is not null)
        {
            json.Messages("labels", info.Labels.Labels_);
        }
        json.Message("offer_constraints", framework.Constraints.Message);
        json.EndObject();
    }

    public static void Frameworks(this LegacyWriter json, string name, IEnumerable<FrameworkView> frameworks, MasterView view)
    {
        json.BeginArray(name);
        foreach (var framework in frameworks)
        {
            json.Framework(framework, view);
        }
        json.EndArray();
    }

    private static void Offer(LegacyWriter json, LiveOffer offer)
    {
        json.BeginObject();
        json.Text("id", offer.Id.Value);
        json.Text("framework_id", offer.Framework.Value);
        json.BeginObject("allocation_info");
        json.Text("role", offer.Role);
        json.EndObject();
        json.Text("slave_id", offer.Agent.Value);
        json.Resources("resources", offer.Resources);
        json.EndObject();
    }
}
