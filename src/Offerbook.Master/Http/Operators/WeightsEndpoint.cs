using Mesos.V1;
using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Master.Http.Legacy;
using Offerbook.Master.Operator.Views;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using Task = System.Threading.Tasks.Task;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Http.Operators;

/// <summary>/weights: GET shows the weights that were set, PUT sets some; both as a bare array.</summary>
internal static class WeightsEndpoint
{
    public static Task ServeAsync(HttpContext context, RunningMaster master) => context.Request.Method switch
    {
        "GET" or "HEAD" => ReadEndpoint.ServeAsync(context, master, static (json, view, _) => Write(json, view)),
        "PUT" => UpdateAsync(context, master),
        _ => context.RefuseMethodAsync("GET", "PUT"),
    };

    private static void Write(LegacyWriter json, MasterView view)
    {
        json.BeginArray();
        foreach (var weight in view.Operator.Weights)
        {
            json.BeginObject();
            json.Text("role"u8, weight.Role);
            json.Double("weight"u8, weight.Weight);
            json.EndObject();
        }
        json.EndArray();
    }

    private static async Task UpdateAsync(HttpContext context, RunningMaster master)
    {
        var weights = await PlainCalls.ReadListAsync<WeightInfo>(context, static (error, body) => error.Kind == WireErrorKind.MalformedJson
            ? $"Failed to parse update weights request JSON '{body}': {error.Detail}"
            : $"Failed to convert weights JSON array to protobuf '{body}': {error.Detail}");
        if (weights is not null)
        {
            var call = new OperatorCall { Type = Type.UpdateWeights, UpdateWeights = new() };
            call.UpdateWeights.WeightInfos.Add(weights);
            await PlainCalls.PostAsync(context, master, call);
        }
    }
}
