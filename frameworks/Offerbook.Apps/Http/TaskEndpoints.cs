using Offerbook.Apps.Access;
using Offerbook.Apps.Core;
using Offerbook.Apps.Errors;
using Offerbook.Apps.Http.Rendering;
using Offerbook.Apps.Http.Routing;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Json;

namespace Offerbook.Apps.Http;

/// <summary>/v2/tasks</summary>
internal sealed class TaskEndpoints(CoreGate core, AppReads reads) : IApiEndpoints
{
    public IReadOnlyList<ApiRoute> Routes =>
    [
        Route.Get("/v2/tasks", "Tasks of all apps", List).Large()
            .Asks(new QueryParameter("status", "[text]", "Only tasks that are running or staging"),
                new QueryParameter("status[]", "[text]", "The same, as old clients write it"), TaskListText.ContainerNetworks)
            .Asks(ListPage.Parameters).Asks(FieldSelection.Parameter)
            .Gives(200, "TaskList", "The tasks; for text/plain a line for each app and service port").As("application/json", "text/plain"),
        Route.Post("/v2/tasks/delete", "Kill tasks; they are replaced unless their apps are scaled", KillAsync)
            .Asks(QueryParameter.Scale, QueryParameter.Wipe, QueryParameter.Force)
            .Takes("DeleteTasks", "The ids; well-formed ones that are unknown are ignored")
            .Gives(200, "any", "The tasks, or with scale the deployment")
            .Refuses(400, "A task id is not one, or scale and wipe are both given")
            .Refuses(409, "A deployment is in the way of scaling"),
    ];

    private ApiResponse List(ApiRequest request)
    {
        var view = core.View;
        if (TaskListText.IsWanted(request))
        {
            return ApiResponse.Text(TaskListText.Write(view, view.State.Root.Apps.Where(app => request.Grants.Views(app.Id)), request));
        }
        var wanted = request.Texts("status").Concat(request.Texts("status[]"))
            .Select(status => status switch { "running" => Condition.Running, "staging" => Condition.Staging, _ => (Condition?)null })
            .OfType<Condition>().ToHashSet();
        var instances = view.State.Instances.All.Where(instance => wanted.Count == 0 || wanted.Contains(instance.Condition))
            .Where(instance => request.Grants.ViewsAll || request.Grants.Views(instance.App));
        return reads.Tasks(request, instances, view, withServicePorts: true);
    }

    private async Task<ApiResponse> KillAsync(ApiRequest request)
    {
        var body = await request.ReadJsonAsync();
        if (body.IsOk && Documents.ReadTaskIds(body.Value) is { IsOk: true } ids
            && ids.Value.Any(id => InstanceId.TryParseTask(id, out var instance, out _)
            && !request.Grants.Allows(request.Flag("scale") ? AccessAction.Update : AccessAction.Run, instance.App)))
        {
            return ApiResponse.Error(ApiErrors.NotAuthorized());
        }
        return body.IsOk
            ? await core.KillAsync(request,
                new ApiCall.KillTasks(body.Value, request.Flag("scale"), request.Flag("wipe"), request.Flag("force")), request.Flag("wipe"))
            : ApiResponse.Error(body.Error);
    }
}
