using Offerbook.Master.Http.Reads;
using Offerbook.Master.Offers;
using Offerbook.Master.Operator.Views;

namespace Offerbook.Master.Http.Legacy;

internal static class FrameworkJson
{
    /// <summary>Elements of a framework's object beside its tasks and offers, for the division of work.</summary>
    private const int Weight = 2;

    /// <summary>The part of a framework's object that the summary has too; the caller opens and closes the object.</summary>
    public static void FrameworkMembers(this LegacyWriter json, FrameworkView framework, MasterView view)
    {
        json.Text("id"u8, framework.Id.Value);
        json.Text("name"u8, framework.Info.Name);
        json.Resources("used_resources"u8, view.Sums.UsedBy(framework.Id));
        json.Resources("offered_resources"u8, framework.Offered);
        json.BeginArray("capabilities"u8);
        foreach (var capability in framework.Info.Capabilities)
        {
            json.EnumValue(capability.Type);
        }
        json.EndArray();
        json.Text("hostname"u8, framework.Info.Hostname);
        json.Text("webui_url"u8, framework.Info.WebuiUrl);
        json.Bool("active"u8, framework.Active);
        json.Bool("connected"u8, framework.Connected);
        json.Bool("recovered"u8, framework.Recovered);
    }

    /// <summary>Adds an array of frameworks with all that belongs to them.</summary>
    public static JsonAnswer Frameworks(this JsonAnswer answer, string name, IEnumerable<FrameworkView> frameworks, MasterView view)
    {
        answer.More(0, json => json.Named(name).BeginArray());
        var first = true;
        foreach (var framework in frameworks)
        {
            Add(answer, framework, view, first);
            first = false;
        }
        return answer.Then(0, static json => json.EndArray());
    }

    private static void Add(JsonAnswer answer, FrameworkView framework, MasterView view, bool first)
    {
        void Begin(LegacyWriter json)
        {
            json.BeginObject();
            json.FrameworkMembers(framework, view);
            Identity(json, framework, view);
            json.BeginArray("tasks"u8);
        }

        if (first)
        {
            answer.Then(Weight, Begin);
        }
        else
        {
            answer.More(Weight, Begin);
        }
        answer.Each(framework.Tasks, TaskJson.Task);
        answer.Then(0, static json =>
        {
            json.EndArray();
            json.BeginArray("unreachable_tasks"u8);
        });
        answer.Each(framework.UnreachableTasks, TaskJson.Task);
        answer.Then(0, static json =>
        {
            json.EndArray();
            json.BeginArray("completed_tasks"u8);
        });
        answer.Each(framework.CompletedTasks, TaskJson.Task);
        answer.Then(0, static json =>
        {
            json.EndArray();
            json.BeginArray("offers"u8);
        });
        answer.Each(framework.Offers, Offer);
        answer.Then(0, json =>
        {
            json.EndArray();
            End(json, framework, view);
            json.EndObject();
        });
    }

    private static void Identity(LegacyWriter json, FrameworkView framework, MasterView view)
    {
        var info = framework.Info;
        json.Text("user"u8, info.User);
        json.Double("failover_timeout"u8, info.FailoverTimeout);
        json.Bool("checkpoint"u8, info.Checkpoint);
        json.Double("registered_time"u8, Times.ToSeconds(framework.RegisteredTime));
        json.Double("unregistered_time"u8, framework.UnregisteredTime is { } ended ? Times.ToSeconds(ended) : 0);
        if (info.HasPrincipal)
        {
            json.Text("principal"u8, info.Principal);
        }
        json.Resources("resources"u8, view.Sums.UsedBy(framework.Id) + framework.Offered);
        if (framework.ReregisteredTime != framework.RegisteredTime)
        {
            json.Double("reregistered_time"u8, Times.ToSeconds(framework.ReregisteredTime));
        }
        if (framework.MultiRole)
        {
            json.Texts("roles"u8, info.Roles);
        }
        else
        {
            json.Text("role"u8, info.Role);
        }
    }

    private static void End(LegacyWriter json, FrameworkView framework, MasterView view)
    {
        json.BeginArray("executors"u8);
        foreach (var executor in view.Sums.ExecutorsOf(framework.Id))
        {
            json.Executor(executor);
        }
        json.EndArray();
        if (framework.Info.Labels is { } labels)
        {
            json.Messages("labels"u8, labels.Labels_);
        }
        json.Message("offer_constraints"u8, framework.Constraints.Message);
    }

    private static void Offer(LegacyWriter json, LiveOffer offer)
    {
        json.BeginObject();
        json.Text("id"u8, offer.Id.Value);
        json.Text("framework_id"u8, offer.Framework.Value);
        json.BeginObject("allocation_info"u8);
        json.Text("role"u8, offer.Role);
        json.EndObject();
        json.Text("slave_id"u8, offer.Agent.Value);
        json.Resources("resources"u8, offer.Resources);
        json.EndObject();
    }
}
