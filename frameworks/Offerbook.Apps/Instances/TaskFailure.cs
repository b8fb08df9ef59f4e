using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Instances;

/// <summary>The last task of an app that failed, for people who ask why it does not run.</summary>
/// <param name="State">As in the API: <c>TASK_FAILED</c>.</param>
public sealed record TaskFailure(PathId App, string TaskId, string State, string Message, string Host, string? AgentId, Timestamp Version,
    Timestamp At)
{
    /// <summary>Longer messages are cut: they come from agents and are kept and sent on.</summary>
    public const int MaxMessageLength = 10_000;
}
