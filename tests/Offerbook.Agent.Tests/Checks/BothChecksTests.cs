using Mesos.V1;
using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Reason = Mesos.V1.TaskStatus.Types.Reason;

namespace Offerbook.Agent.Tests.Checks;

/// <summary>A task with a health check and a general check at once (semantics 4.6).</summary>
[Category("case 194")]
internal sealed class BothChecksTests
{
    private Bench _bench = null!;

    [SetUp]
    public void Start()
    {
        var task = Make.Task();
        task.HealthCheck = new HealthCheck
        {
            Tcp = new HealthCheck.Types.TCPCheckInfo { Port = 31000 }, DelaySeconds = 0, IntervalSeconds = 1, GracePeriodSeconds = 0,
            ConsecutiveFailures = 2,
        };
        task.Check = new CheckInfo
        {
            Type = CheckInfo.Types.Type.Http, Http = new CheckInfo.Types.Http { Port = 31001, Path = "/state" }, DelaySeconds = 0,
            IntervalSeconds = 1,
        };
        _bench = new Bench().Register();
        _bench.Run(task);
    }

    [Test]
    public void FirstRunning_CarriesAnEmptyCheckStatus_AndNoHealth()
    {
        var running = _bench.TaskView().Task.Statuses.Single(status => status.State == TaskState.TaskRunning);

        Assert.That(running.CheckStatus,
            Is.EqualTo(new CheckStatusInfo { Type = CheckInfo.Types.Type.Http, Http = new CheckStatusInfo.Types.Http() }));
        Assert.That(running.HasHealthy, Is.False);
    }

    [Test]
    public void EachReport_CarriesWhatTheOtherFoundLast()
    {
        Answer(CheckPurpose.General, new CheckResult.HttpAnswered(503));
        Answer(CheckPurpose.Health, new CheckResult.TcpAnswered(true));
        Assert.That((Last.Reason, Last.Healthy, Last.CheckStatus.Http.StatusCode),
            Is.EqualTo((Reason.TaskHealthCheckStatusUpdated, true, 503u)));

        Answer(CheckPurpose.General, new CheckResult.HttpAnswered(200));
        Assert.That((Last.Reason, Last.Healthy, Last.CheckStatus.Http.StatusCode), Is.EqualTo((Reason.TaskCheckStatusUpdated, true, 200u)));
    }

    [Test]
    public void HealthReport_DoesNotMakeTheCheckReportTheSameAgain()
    {
        Answer(CheckPurpose.General, new CheckResult.HttpAnswered(200));
        Answer(CheckPurpose.Health, new CheckResult.TcpAnswered(true));
        var events = _bench.Journal.Count;

        Answer(CheckPurpose.General, new CheckResult.HttpAnswered(200));

        Assert.That(_bench.Journal, Has.Count.EqualTo(events));
    }

    [Test]
    public void Check_ThatGivesNoAnswer_HasAnEmptyStatus()
    {
        Answer(CheckPurpose.General, new CheckResult.HttpAnswered(200));
        Answer(CheckPurpose.General, new CheckResult.NoAnswer("no answer within 20 s"));

        Assert.That((Last.Reason, Last.CheckStatus.Http.HasStatusCode), Is.EqualTo((Reason.TaskCheckStatusUpdated, false)));
    }

    [Test]
    public void BadChecks_NeverKill_AndBadHealthDoesAlthoughTheCheckIsWell()
    {
        for (var i = 0; i < 5; i++)
        {
            Answer(CheckPurpose.General, new CheckResult.HttpAnswered(500));
        }
        Assert.That(_bench.Effects<SignalContainer>(), Is.Empty);
        Answer(CheckPurpose.General, new CheckResult.HttpAnswered(200));
        _bench.Pass(TimeSpan.FromMilliseconds(1));
        Answer(CheckPurpose.Health, new CheckResult.TcpAnswered(false));
        Answer(CheckPurpose.Health, new CheckResult.TcpAnswered(false));

        Assert.That(_bench.Effects<SignalContainer>().Single().Signal, Is.EqualTo(ContainerSignal.Terminate));
        _bench.Tell(new AgentMessage.ContainerExited(_bench.Effects<SignalContainer>().Single().Container, new ContainerExit.Signaled(15)));
        Assert.That((Last.State, Last.Healthy, Last.CheckStatus.Http.StatusCode), Is.EqualTo((TaskState.TaskKilled, false, 200u)));
    }

    [Test]
    public void AfterARestart_BothGoOn_AndOldReportsAreNotRepeated()
    {
        Answer(CheckPurpose.General, new CheckResult.HttpAnswered(200));
        Answer(CheckPurpose.Health, new CheckResult.TcpAnswered(true));
        var container = _bench.Effects<RunCheck>().First().Container;
        _bench = _bench.Restart();
        _bench.Tell(new AgentMessage.ContainerStarted(container, 4711));
        _bench.Register();
        var events = _bench.Journal.Count;

        Answer(CheckPurpose.General, new CheckResult.HttpAnswered(200));

        Assert.That(_bench.Journal, Has.Count.EqualTo(events), "it was 200 before");
        Assert.That(_bench.Effects<RunCheck>().Select(run => run.Purpose).Distinct().Count(), Is.EqualTo(2));
    }

    private TaskStatus Last => _bench.TaskView().Task.Statuses[^1];

    /// <summary>Waits for the next probe of the kind, and answers it.</summary>
    private void Answer(CheckPurpose purpose, CheckResult result)
    {
        var answered = _bench.Effects<RunCheck>().LastOrDefault(run => run.Purpose == purpose)?.Number ?? 0;
        for (var i = 0; i < 300; i++)
        {
            if (_bench.Effects<RunCheck>().LastOrDefault(run => run.Purpose == purpose) is { } probe
                && !_told.Contains((purpose, probe.Number, _bench)))
            {
                _told.Add((purpose, probe.Number, _bench));
                _bench.Tell(new AgentMessage.CheckFinished(probe.Container, purpose, probe.Number, result));
                return;
            }
            _bench.Pass(TimeSpan.FromMilliseconds(10));
        }
        Assert.Fail($"no probe after number {answered}");
    }

    private readonly HashSet<(CheckPurpose, long, Bench)> _told = [];
}
