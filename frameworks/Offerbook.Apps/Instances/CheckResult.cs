using Mesos.V1;

namespace Offerbook.Apps.Instances;

/// <summary>
/// What the agent last saw of the check that an app defines (<c>check</c>); one of the three is known. It is shown, and decides nothing.
/// </summary>
/// <param name="ExitCode">Of a command.</param>
/// <param name="HttpStatus">Of the answer to a request.</param>
/// <param name="Connected">Whether a TCP connection was made.</param>
public sealed record CheckResult(int? ExitCode, int? HttpStatus, bool? Connected)
{
    /// <returns>Null: the status tells of no check, or of one without a result so far.</returns>
    internal static CheckResult? Of(CheckStatusInfo? status) => status switch
    {
        { Command.HasExitCode: true } => new CheckResult(status.Command.ExitCode, null, null),
        { Http.HasStatusCode: true } => new CheckResult(null, (int)status.Http.StatusCode, null),
        { Tcp.HasSucceeded: true } => new CheckResult(null, null, status.Tcp.Succeeded),
        _ => null,
    };
}
