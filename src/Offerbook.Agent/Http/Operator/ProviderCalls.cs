using Mesos.V1.Agent;
using Microsoft.AspNetCore.Http;
using Offerbook.Wire.Http;
using CallType = Mesos.V1.Agent.Call.Types.Type;

namespace Offerbook.Agent.Http.Operator;

/// <summary>The operator calls about what this agent does not have: resource providers, and images of its own.</summary>
internal static class ProviderCalls
{
    public static Task AnswerAsync(HttpContext context, Call call)
    {
        var (status, text) = call.Type switch
        {
            // Images belong to the Docker engine, which other programs of the machine use too: none is this agent's to remove.
            CallType.PruneImages => (StatusCodes.Status200OK, ""),
            CallType.AddResourceProviderConfig => Unsupported(call.AddResourceProviderConfig.Info),
            CallType.UpdateResourceProviderConfig => Missing(call.UpdateResourceProviderConfig.Info),
            // Removing what is not there is done already.
            CallType.RemoveResourceProviderConfig => (StatusCodes.Status200OK, ""),
            CallType.MarkResourceProviderGone => (StatusCodes.Status400BadRequest,
                $"Resource provider {call.MarkResourceProviderGone.ResourceProviderId.Value} is not known: this agent has no resource providers"),
            _ => (StatusCodes.Status501NotImplemented, "501 Not Implemented."),
        };
        return context.Response.WriteTextAsync(status, text);
    }

    private static (int, string) Unsupported(Mesos.V1.ResourceProviderInfo info) => (StatusCodes.Status400BadRequest,
        $"Failed to validate resource provider config with type '{info.Type}' and name '{info.Name}': this agent has no resource providers; "
        + "declare disks with --resources, and reserve them and create volumes on them with operations");

    private static (int, string) Missing(Mesos.V1.ResourceProviderInfo info) => (StatusCodes.Status409Conflict,
        $"Resource provider with type '{info.Type}' and name '{info.Name}' does not exist");
}
