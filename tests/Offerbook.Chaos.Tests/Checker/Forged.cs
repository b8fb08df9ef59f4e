using Offerbook.Chaos.Checker;
using Offerbook.Chaos.Observation;

namespace Offerbook.Chaos.Tests.Checker;

/// <summary>Histories made up for a test. Times are seconds of the run.</summary>
internal static class Forged
{
    public const string App = "/a";

    public static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    public static RecordedCall Call(double sent, CallOutcome outcome, params Write[] writes) =>
        new("client", "PUT", "/v2/apps", At(sent), At(sent + 0.1), outcome, outcome == CallOutcome.Acknowledged ? 200 : 0, "", writes);

    public static RecordedCall Done(double sent, params Write[] writes) => Call(sent, CallOutcome.Acknowledged, writes);

    public static RecordedCall Unknown(double sent, params Write[] writes) => Call(sent, CallOutcome.Unknown, writes);

    public static Write Define(string spec, string mark, int instances = 1) => new Write.Define(spec, mark, instances);

    /// <summary>An app's task that becomes ready a second after its start.</summary>
    public static TaskLife Life(string spec, string mark, double start, double? asked = null, double? end = null, string instance = "1",
        int incarnation = 1, string host = "h1") =>
        new($"{spec.Trim('/').Replace('/', '_')}.instance-{instance}._app.{incarnation}", 100 + incarnation, spec, mark, host, At(start),
            At(start + 1),
            asked is { } a ? At(a) : null, (end ?? asked) is { } e ? At(e) : null);

    public static FaultRecord Cut(double from, double to, params string[] lost) => new("cut", [9], "", At(from), At(to), lost);

    public static FinalState Final(params ToldSpec[] specs) => new(TimeSpan.MaxValue, TimeSpan.Zero, [], specs, [], [], []);

    public static IReadOnlyList<string> Violations<T>(RunHistory history) where T : ICheck, new() =>
        [.. new T().Find(history).Select(violation => violation.What)];
}
