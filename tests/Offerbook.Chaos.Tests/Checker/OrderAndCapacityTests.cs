using Offerbook.Chaos.Checker;
using Offerbook.Chaos.Observation;
using static Offerbook.Chaos.Tests.Checker.Forged;

namespace Offerbook.Chaos.Tests.Checker;

[TestFixture]
internal sealed class OrderAndCapacityTests
{
    private const string Db = "/g/db";
    private const string Web = "/g/web";

    [Test]
    public void Dependent_StartedWhenAllItNeedsIsReady_IsNoViolation() =>
        Assert.That(Order([Life(Db, "m", 1), Life(Db, "m", 2, instance: "2"), Life(Web, "m", 4)]), Is.Empty);

    [Test]
    public void Dependent_StartedTooSoon_IsAViolation() =>
        Assert.That(Order([Life(Db, "m", 1), Life(Db, "m", 3.5, instance: "2"), Life(Web, "m", 4)]),
            Has.One.Contains("when 1 of 2 instances of /g/db had become ready"));

    [Test]
    public void Dependency_StoppedLast_IsNoViolation() =>
        Assert.That(Order([Life(Db, "m", 1, asked: 12), Life(Db, "m", 1, asked: 12, instance: "2"), Life(Web, "m", 4, asked: 10, end: 11)],
            Removal()), Is.Empty);

    [Test]
    public void Dependency_StoppedWhileItsDependentRuns_IsAViolation() =>
        Assert.That(Order([Life(Db, "m", 1, asked: 10), Life(Db, "m", 1, asked: 10, instance: "2"), Life(Web, "m", 4, asked: 10, end: 11)],
            Removal()),
            Has.One.Contains("while g_web.instance-1._app.1, which depends on /g/db, still ran"));

    [Test]
    public void Capacity_KeptWhileEachIsReplaced_IsNoViolation() =>
        Assert.That(Capacity(1, [Life(App, "m1", 1, asked: 20), Life(App, "m1", 1, asked: 30, instance: "2"),
            Life(App, "m2", 10, instance: "3"), Life(App, "m2", 20, instance: "4")]), Is.Empty);

    [Test]
    public void Capacity_LostByAReplacement_IsAViolation() =>
        Assert.That(Capacity(1, [Life(App, "m1", 1), Life(App, "m1", 1, asked: 20, instance: "2"), Life(App, "m2", 20, instance: "3")]),
            Has.One.Contains("1 instances of /a worked, 2 of 2 must"));

    [Test]
    public void Capacity_HalfIsEnough_IsNoViolation() =>
        Assert.That(Capacity(0.5, [Life(App, "m1", 1), Life(App, "m1", 1, asked: 20, instance: "2"), Life(App, "m2", 20, instance: "3")]),
            Is.Empty);

    [Test]
    public void Capacity_LostWithAnAgent_IsNoViolation() => Assert.That(LostWith(Cut(5, 40, "h1") with { EndsTasks = true }), Is.Empty);

    [Test]
    public void Capacity_LostWithMoreThanTheAgentTook_IsAViolation() =>
        Assert.That(LostWith(Cut(5, 40, "h2") with { EndsTasks = true }), Has.One.Contains("0 instances of /a worked, 2 of 2 must"));

    private static IReadOnlyList<string> LostWith(FaultRecord fault) => Violations<HealthCapacity>(new RunHistory
    {
        Lives = [Life(App, "m1", 1, end: 6), Life(App, "m1", 1, end: 6, instance: "2")], Capacities = [new Capacity(App, 2, 1)],
        Faults = [fault],
    });

    [Test]
    public void Capacity_BeforeAllHaveEverWorked_IsNotJudged() => Assert.That(Capacity(1, [Life(App, "m1", 1)]), Is.Empty);

    [Test]
    public void Capacity_AfterTheAppWasRemoved_IsNotJudged()
    {
        var history = new RunHistory
        {
            Calls = [Done(19, new Write.Remove(App))],
            Lives = [Life(App, "m1", 1, asked: 20), Life(App, "m1", 1, asked: 21, instance: "2")], Capacities = [new Capacity(App, 2, 1)],
        };
        Assert.That(Violations<HealthCapacity>(history), Is.Empty);
    }

    private static RecordedCall Removal() => Done(9, new Write.Remove(Db), new Write.Remove(Web));

    private static IReadOnlyList<string> Order(TaskLife[] lives, params RecordedCall[] calls) =>
        Violations<DependencyOrder>(new RunHistory { Calls = calls, Lives = lives, Dependencies = [new Dependency(Web, Db, 2, "m")] });

    private static IReadOnlyList<string> Capacity(double minimum, TaskLife[] lives) =>
        Violations<HealthCapacity>(new RunHistory { Lives = lives, Capacities = [new Capacity(App, 2, minimum)] });
}
