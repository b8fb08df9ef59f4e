using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;

namespace Offerbook.Simulator.Adapters;

/// <summary>
/// The routes that the simulated clients use: <c>METHOD /v2/path?force=true</c>. Production's routes, with everything that can be
/// wrong about a request, belong to the Apps HTTP shell and its tests.
/// </summary>
public static class AppsRoutes
{
    public static ApiCall Parse(string request, JToken? body)
    {
        var space = request.IndexOf(' ');
        var (method, target) = (request[..space], request[(space + 1)..]);
        var force = target.EndsWith("?force=true", StringComparison.Ordinal);
        var path = target.Split('?')[0];
        if (path.StartsWith("/v2/apps/", StringComparison.Ordinal))
        {
            return App(method, path["/v2/apps".Length..], body, force);
        }
        if (path.StartsWith("/v2/groups", StringComparison.Ordinal))
        {
            var id = path["/v2/groups".Length..] is { Length: > 0 } rest ? rest : "/";
            return method == "DELETE" ? new ApiCall.DeleteGroup(id, force) : new ApiCall.UpdateGroup(id, body!, force, DryRun: false);
        }
        if (path.StartsWith("/v2/pods/", StringComparison.Ordinal))
        {
            return Pod(method, path["/v2/pods".Length..], body, force, wipe: target.EndsWith("?wipe=true", StringComparison.Ordinal));
        }
        if (path.StartsWith("/offerbook/v1/", StringComparison.Ordinal))
        {
            return Rollout(method, path["/offerbook/v1".Length..], body, force);
        }
        if (path.StartsWith("/v2/deployments/", StringComparison.Ordinal))
        {
            return new ApiCall.CancelDeployment(path["/v2/deployments/".Length..], force);
        }
        return path switch
        {
            "/v2/apps" => new ApiCall.CreateApp(body!, force),
            "/v2/tasks/delete" => new ApiCall.KillTasks(body!, Scale: target.EndsWith("?scale=true", StringComparison.Ordinal),
                Wipe: target.EndsWith("?wipe=true", StringComparison.Ordinal), force),
            _ => throw new ArgumentException("no simulated client asks for " + request, nameof(request)),
        };
    }

    private static ApiCall Pod(string method, string path, JToken? body, bool force, bool wipe)
    {
        var parts = path.Split("::instances/");
        return parts.Length == 2 ? new ApiCall.KillPodInstances(parts[0], parts[1], null, wipe)
            : method == "DELETE" ? new ApiCall.DeletePod(path, force)
            : new ApiCall.UpdatePod(path, body!, force);
    }

    private static ApiCall Rollout(string method, string path, JToken? body, bool force)
    {
        var (subject, verb) = (path[..path.LastIndexOf('/')], path[(path.LastIndexOf('/') + 1)..]);
        var isGroup = subject.StartsWith("/groups", StringComparison.Ordinal);
        var id = subject[(isGroup ? "/groups" : subject.StartsWith("/apps", StringComparison.Ordinal)
            ? "/apps" : "/deployments/").Length..];
        return verb switch
        {
            "suspend" => new ApiCall.SuspendApps(id, isGroup, force),
            "resume" => new ApiCall.ResumeApps(id, isGroup, force),
            "promote" => new ApiCall.PromoteDeployment(id),
            "pause" => new ApiCall.PauseDeployment(id),
            "restart" => new ApiCall.RestartGroup(id, force),
            "delay" when method == "DELETE" => new ApiCall.ResetDelays(id),
            // Which instances move a client finds out first; the shell of production does it for it.
            "moves" => new ApiCall.MoveInstances(id, body!.Values<string>().OfType<string>().ToList(), force),
            "abort" => new ApiCall.CancelDeployment(id, false),
            _ => throw new ArgumentException("no simulated client asks for " + path, nameof(path)),
        };
    }

    private static ApiCall App(string method, string path, JToken? body, bool force)
    {
        if (path.EndsWith("/restart", StringComparison.Ordinal))
        {
            return new ApiCall.RestartApp(path[..^"/restart".Length], force);
        }
        if (path.EndsWith("/tasks", StringComparison.Ordinal))
        {
            return new ApiCall.KillAppTasks(path[..^"/tasks".Length], Task: null, Host: null, Scale: false, Wipe: false, force);
        }
        return method == "DELETE"
            ? new ApiCall.DeleteApp(path, force)
            : new ApiCall.UpdateApp(path, body!, force, Partial: true, CreateMissing: true);
    }
}
