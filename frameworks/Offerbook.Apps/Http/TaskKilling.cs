using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;

namespace Offerbook.Apps.Http;

/// <summary>
/// Kills that are asked for by HTTP. With wipe the answer waits until the instances have ended, or are out of everybody's reach.
/// </summary>
internal static class TaskKilling
{
    public static async Task<ApiResponse> KillAsync(this CoreGate core, ApiRequest request, ApiCall call, bool wipe)
    {
        var reply = await core.ReplyAsync(request, call);
        if (wipe && reply is { Status: 200, Body: { } body })
        {
            var ids = body.SelectTokens("$..id").Concat(body.SelectTokens("$..instanceId")).Where(id => id.Type == JTokenType.String)
                .Select(id => InstanceId.TryParseTask((string)id!, out var instance, out _)
                    || InstanceId.TryParse((string)id!, out instance) ? instance : (InstanceId?)null)
                .OfType<InstanceId>().ToList();
            await core.UntilAsync(view => ids.TrueForAll(id => HasEnded(view.State.Instances.Find(id))), request.Context.RequestAborted);
        }
        return CoreGate.ResponseOf(request, reply);
    }

    private static bool HasEnded(Instance? instance) =>
        instance is null || !instance.IsActive || instance.Condition is Condition.Unreachable or Condition.UnreachableInactive;
}
