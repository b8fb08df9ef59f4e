using Mesos.V1;
using Type = Mesos.V1.CheckInfo.Types.Type;

namespace Offerbook.Agent.Checks;

/// <summary>A general check's result as frameworks see it.</summary>
internal static class CheckReport
{
    public static Type TypeOf(CheckInfo check) =>
        check.HasType ? check.Type : check.Command is not null ? Type.Command : check.Http is not null ? Type.Http : Type.Tcp;

    /// <summary>Before the first answer, and when a probe gave none.</summary>
    public static CheckStatusInfo Empty(CheckInfo check) => TypeOf(check) switch
    {
        Type.Command => new CheckStatusInfo { Type = Type.Command, Command = new CheckStatusInfo.Types.Command() },
        Type.Http => new CheckStatusInfo { Type = Type.Http, Http = new CheckStatusInfo.Types.Http() },
        _ => new CheckStatusInfo { Type = Type.Tcp, Tcp = new CheckStatusInfo.Types.Tcp() },
    };

    public static CheckStatusInfo Of(CheckInfo check, CheckResult result)
    {
        var report = Empty(check);
        switch (result)
        {
            case CheckResult.CommandExited exited when report.Command is not null:
                report.Command.ExitCode = exited.ExitCode;
                break;
            case CheckResult.HttpAnswered answered when report.Http is not null:
                report.Http.StatusCode = (uint)answered.StatusCode;
                break;
            case CheckResult.TcpAnswered answered when report.Tcp is not null:
                report.Tcp.Succeeded = answered.Connected;
                break;
        }
        return report;
    }
}
