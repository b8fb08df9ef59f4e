using Offerbook.Chaos.Checker;
using Offerbook.Chaos.Observation;
using static Offerbook.Chaos.Tests.Checker.Forged;

namespace Offerbook.Chaos.Tests.Checker;

[TestFixture]
internal sealed class EndTests
{
    [Test]
    public void EmptyHistory_HasNoViolation() => Assert.That(Checks.Judge(new RunHistory()), Is.Empty);

    [Test]
    public void Cluster_ThatDoesNotConverge_IsAViolation() =>
        Assert.That(Violations<Convergence>(new RunHistory { Final = Final() with { ConvergedAfter = null,
            Differences = ["deployment 1 still runs"] } }), Is.EqualTo(new[] { "deployment 1 still runs" }));

    [Test]
    public void Cluster_ThatNobodyCouldAsk_IsAViolation() =>
        Assert.That(Violations<Convergence>(new RunHistory { Final = Final() with { ConvergedAfter = null, Specs = null, Jobs = null } }),
            Has.Count.EqualTo(1));

    [Test]
    public void ProcessLeftBehind_IsAViolation() =>
        Assert.That(Violations<NothingLeft>(new RunHistory { Final = Final() with { Left = ["process 7"] } }), Has.Count.EqualTo(1));

    [Test]
    public void Fault_NotAnsweredAsItMustBe_IsAViolation() =>
        Assert.That(Violations<FaultsAnswered>(new RunHistory { Faults = [Cut(1, 2) with { Findings = ["went on"] }] }),
            Has.One.EqualTo("cut: went on"));

    [Test]
    public void Part_EndedByItself_IsAViolation() =>
        Assert.That(Ended(excused: false), Has.One.Contains("master1 ended by itself with status 134: c"));

    [Test]
    public void Part_EndedForAFullDisk_IsNone() => Assert.That(Ended(excused: true), Is.Empty);

    [Test]
    public void Lives_FromMarks_KnowEveryStep()
    {
        TaskMark Mark(MarkKind kind, double at, int process = 7) => new(kind, "t", process, At(at), App, "m", "h");
        TaskMark[] marks = [Mark(MarkKind.Start, 1), Mark(MarkKind.Ready, 2), Mark(MarkKind.Asked, 3), Mark(MarkKind.End, 4),
            Mark(MarkKind.Start, 5, process: 8), Mark(MarkKind.Ready, 6, process: 9)];
        var lives = TaskLives.Of(marks, new Dictionary<(string, int), TimeSpan> { [("t", 8)] = At(9) });
        Assert.That(lives, Is.EqualTo(new[]
        {
            new TaskLife("t", 7, App, "m", "h", At(1), At(2), At(3), At(4)),
            new TaskLife("t", 8, App, "m", "h", At(5), null, null, At(9)),
        }));
    }

    private static IReadOnlyList<string> Ended(bool excused) =>
        Violations<PartsLive>(new RunHistory { Final = Final() with { Ends = [new PartEnd(At(1), "master1", 134, excused, "c\n")] } });
}
