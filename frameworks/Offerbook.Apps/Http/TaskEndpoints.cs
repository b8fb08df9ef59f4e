using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;

namespace Offerbook.Apps.Http;

/// <summary>/v2/tasks</summary>
internal sealed class TaskEndpoints(CoreGate core)
{
    public async Task<ApiResponse> AnswerAsync(ApiRequest request)
    {
        var rest = request.Segments.Skip(2).ToArray();
        return (request.Method, rest) switch
        {
            ("GET", []) => List(request),
            ("POST", ["delete"]) => await KillAsync(request),
            (_, []) or (_, ["delete"]) => ApiRouter.MethodNotAllowed,
            _ => ApiRouter.NotFound,
        };
    }

    private ApiResponse List(ApiRequest request)
    {
        var view = core.View;
        if (TaskListText.IsWanted(request))
        {
            return ApiResponse.Text(TaskListText.Write(view, view.State.Root.Apps));
        }
        var wanted = request.Texts("status").Concat(request.Texts("status[]"))
            .Select(status => status switch { "running" => Condition.Running, "staging" => Condition.Staging, _ => (Condition?)null })
            .OfType<Condition>().ToHashSet();
        var instances = view.State.Instances.All.Where(instance => wanted.Count == 0 || wanted.Contains(instance.Condition));
        return ApiResponse.Json(new JObject { ["tasks"] = AppPicture.Tasks(view, instances, withServicePorts: true) });
    }

    private async Task<ApiResponse> KillAsync(ApiRequest request)
    {
        if (request.HasForeignContentType)
        {
            return ApiRouter.UnsupportedMediaType;
        }
        var body = await request.ReadJsonAsync();
        return body.IsOk
            ? await core.CallAsync(request, new ApiCall.KillTasks(body.Value, request.Flag("scale"), request.Flag("wipe"), request.Flag("force")))
            : ApiResponse.Error(body.Error);
    }
}
