using System.Collections.Frozen;
using Offerbook.Master.Operator;

namespace Offerbook.Master.Hosting.Metrics;

/// <summary>
/// How metrics and logs name what the core was told: <c>offer_timed_out</c>, <c>scheduler_call_received/ACCEPT</c>. Closed sets, so names
/// are bounded.
/// </summary>
internal static class MessageNames
{
    /// <summary>Every message there is.</summary>
    public static FrozenDictionary<Type, string> ByType { get; } = typeof(MasterMessage).GetNestedTypes()
        .Where(type => type.IsSubclassOf(typeof(MasterMessage)))
        .ToFrozenDictionary(type => type, type => MasterCounters.Snake(type.Name));

    /// <summary>With the call, when it is one.</summary>
    public static string Of(MasterMessage message)
    {
        var name = ByType[message.GetType()];
        return message switch
        {
            MasterMessage.SchedulerCallReceived call => $"{name}/{MasterCounters.Snake(call.Call.Type.ToString()).ToUpperInvariant()}",
            MasterMessage.AgentCallReceived call => $"{name}/{MasterCounters.Snake(call.Call.Type.ToString()).ToUpperInvariant()}",
            MasterMessage.OperatorCallReceived call => $"{name}/{MasterCounters.Snake(call.Call.Type.ToString()).ToUpperInvariant()}",
            _ => name,
        };
    }
}
