using Mesos.V1;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Checks;

[Category("case 194")]
public sealed class HealthCheckTests
{
    [Test]
    public void FirstProbe_ComesAfterTheDelay_AndTheNextAnIntervalAfterTheAnswer()
    {
        var bench = Running(delay: 5, interval: 10);

        bench.Pass(TimeSpan.FromSeconds(4.999));
        Assert.That(bench.Effects<RunCheck>(), Is.Empty);
        bench.Pass(TimeSpan.FromSeconds(0.001));
        Assert.That(bench.Effects<RunCheck>().Count(), Is.EqualTo(1));
        bench.Pass(TimeSpan.FromSeconds(30));
        Assert.That(bench.Effects<RunCheck>().Count(), Is.EqualTo(1), "one at a time");
        Answer(bench, true);
        bench.Pass(TimeSpan.FromSeconds(9.999));
        Assert.That(bench.Effects<RunCheck>().Count(), Is.EqualTo(1));
        bench.Pass(TimeSpan.FromSeconds(0.001));
        Assert.That(bench.Effects<RunCheck>().Count(), Is.EqualTo(2));
    }

    [Test]
    public void Healthy_IsReportedOnTheFirstSuccessAndOnRecoveryOnly()
    {
        var bench = Running();

        var reports = Reports(bench, true, true, true, false, true, true);

        Assert.That(reports, Is.EqualTo(new bool?[] { true, null, null, false, true, null }));
    }

    [Test]
    public void Report_IsARunningUpdateWithTheReason()
    {
        var bench = Running();
        Probe(bench);

        Answer(bench, true);

        var status = bench.TaskView().Task.Statuses[^1];
        Assert.That(status.State, Is.EqualTo(TaskState.TaskRunning));
        Assert.That(status.Reason, Is.EqualTo(Reason.TaskHealthCheckStatusUpdated));
        Assert.That(status.Healthy, Is.True);
    }

    [Test]
    public void Failures_WithinTheGracePeriod_DoNotCount()
    {
        var bench = Running(grace: 10, interval: 1, failures: 1);

        Reports(bench, [.. Enumerable.Repeat(false, 9)]);
        Assert.That(bench.Effects<SignalContainer>(), Is.Empty);
        bench.Pass(TimeSpan.FromSeconds(1));
        Reports(bench, false);

        Assert.That(bench.Effects<SignalContainer>().Single().Signal, Is.EqualTo(ContainerSignal.Terminate));
    }

    [Test]
    public void Grace_EndsWithTheFirstSuccess()
    {
        var bench = Running(grace: 1_000, failures: 2);

        Reports(bench, true, false, false);

        Assert.That(bench.Effects<SignalContainer>().Count(), Is.EqualTo(1));
    }

    [Test]
    public void ConsecutiveFailures_KillTheTask_AndASuccessBetweenStartsOver()
    {
        var bench = Running(failures: 3);
        var container = bench.TaskView().Container;

        Reports(bench, true, false, false, true, false, false);
        Assert.That(bench.Effects<SignalContainer>(), Is.Empty);
        Reports(bench, false);
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Signaled(15)));

        var status = bench.TaskView().Task.Statuses[^1];
        Assert.That(status.State, Is.EqualTo(TaskState.TaskKilled));
        Assert.That(status.Healthy, Is.False);
        Assert.That(bench.Effects<SignalContainer>().Count(), Is.EqualTo(1));
    }

    [Test]
    [Category("case 193")]
    public void AKilledTask_IsCheckedNoMore()
    {
        var bench = Running();
        Probe(bench);
        bench.Hear(Make.Kill());
        bench.Take();

        Answer(bench, false);
        bench.Pass(TimeSpan.FromSeconds(2));

        Assert.That(bench.Effects<RunCheck>(), Is.Empty);
        Assert.That(bench.Core.View().Frameworks.Single().Tasks.Single().Task.Statuses[^1].HasHealthy, Is.False);
    }

    [Test]
    public void AfterARestart_AHealthyTaskHasNoGraceAnyMore()
    {
        var bench = Running(grace: 1_000, failures: 1);
        Reports(bench, true);
        var container = bench.TaskView().Container;

        var restarted = bench.Restart();
        restarted.Tell(new AgentMessage.ContainerStarted(container, 1));
        restarted.Register();
        Probe(restarted);
        Answer(restarted, false);

        Assert.That(restarted.Effects<SignalContainer>().Count(), Is.EqualTo(1));
    }

    [Test]
    public void Probes_OfEveryKind_AreDerivedFromWhatIsSet()
    {
        Assert.That(ProbeOf(new HealthCheck { Http = new HealthCheck.Types.HTTPCheckInfo { Port = 80, Path = "/up", Scheme = "https" } }),
            Is.EqualTo(new CheckSpec.Http("https", 80, "/up", false, TimeSpan.FromSeconds(20))));
        Assert.That(ProbeOf(new HealthCheck { Tcp = new HealthCheck.Types.TCPCheckInfo { Port = 81 }, TimeoutSeconds = 0 }),
            Is.EqualTo(new CheckSpec.Tcp(81, false, null)));
        Assert.That(((CheckSpec.Command)ProbeOf(new HealthCheck { Command = new CommandInfo { Value = "test -f up" } })).Run,
            Is.EqualTo(new CommandSpec.Shell("test -f up")));
    }

    [Test]
    public void AGeneralCheck_ReportsChangesOnly_AndKillsNothing()
    {
        var bench = new Bench().Register();
        var task = Make.Task();
        task.Check = new CheckInfo { Type = CheckInfo.Types.Type.Http, Http = new CheckInfo.Types.Http { Port = 80 }, DelaySeconds = 0,
            IntervalSeconds = 1 };
        bench.Run(task);
        Assert.That(bench.TaskView().Task.Statuses[^1].CheckStatus, Is.EqualTo(
            new CheckStatusInfo { Type = CheckInfo.Types.Type.Http, Http = new CheckStatusInfo.Types.Http() }),
                "empty from the first RUNNING on");
        var events = bench.Journal.Count;

        foreach (var (code, changes) in new[] { (200, 1), (200, 0), (500, 1), (500, 0) })
        {
            Probe(bench);
            Answer(bench, new CheckResult.HttpAnswered(code));
            Assert.That(bench.Journal.Count - events, Is.EqualTo(changes));
            Assert.That(bench.TaskView().Task.Statuses[^1].CheckStatus.Http.StatusCode, Is.EqualTo(code));
            events = bench.Journal.Count;
        }
        Assert.That(bench.TaskView().Task.Statuses[^1].Reason, Is.EqualTo(Reason.TaskCheckStatusUpdated));
    }

    private static CheckSpec ProbeOf(HealthCheck check)
    {
        var bench = new Bench().Register();
        var task = Make.Task();
        task.HealthCheck = check;
        check.DelaySeconds = 0;
        bench.Run(task);
        Probe(bench);
        return bench.Effects<RunCheck>().Last().Check;
    }

    private static Bench Running(double delay = 0, double interval = 1, double grace = 0, uint failures = 3)
    {
        var bench = new Bench().Register();
        var task = Make.Task();
        task.HealthCheck = new HealthCheck
        {
            Tcp = new HealthCheck.Types.TCPCheckInfo { Port = 80 },
            DelaySeconds = delay,
            IntervalSeconds = interval,
            GracePeriodSeconds = grace,
            ConsecutiveFailures = failures,
        };
        bench.Run(task);
        return bench;
    }

    /// <summary>Lets probes answer in turn; says for each what was reported, if anything.</summary>
    private static List<bool?> Reports(Bench bench, params bool[] answers)
    {
        var reports = new List<bool?>();
        foreach (var answer in answers)
        {
            bench.Pass(TimeSpan.FromSeconds(1));
            var events = bench.Journal.Count;
            Answer(bench, answer);
            reports.Add(bench.Journal.Count > events ? bench.TaskView().Task.Statuses[^1].Healthy : null);
        }
        return reports;
    }

    private static void Probe(Bench bench)
    {
        var before = bench.Effects<RunCheck>().Count();
        for (var i = 0; i < 200 && bench.Effects<RunCheck>().Count() == before; i++)
        {
            bench.Pass(TimeSpan.FromMilliseconds(10));
        }
    }

    private static void Answer(Bench bench, bool healthy) => Answer(bench, new CheckResult.TcpAnswered(healthy));

    private static void Answer(Bench bench, CheckResult result)
    {
        var probe = bench.Effects<RunCheck>().LastOrDefault();
        if (probe is not null)
        {
            bench.Tell(new AgentMessage.CheckFinished(probe.Container, probe.Purpose, probe.Number, result));
        }
    }
}
