using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Sandbox;

[Category("case 196")]
public sealed class SandboxRetentionTests
{
    [Test]
    public void FinishedTasks_BeyondTheBound_AreForgottenOldestFirst_AndTheirSandboxesStay()
    {
        var bench = new Bench(Make.Settings() with { MaxFinishedPerFramework = 2, SandboxDiskHeadroom = 0 }).Register();

        var containers = Enumerable.Range(0, 4).Select(i => Finish(bench, $"t{i}")).ToList();

        Assert.That(bench.Core.View().Frameworks.Single().Finished.Select(task => task.Container), Is.EqualTo(containers.Skip(2)));
        Assert.That(bench.Effects<RemoveSandbox>(), Is.Empty);
        bench.Pass(TimeSpan.FromDays(8));
        bench.Tell(new AgentMessage.DiskMeasured(0));
        Assert.That(bench.Effects<RemoveSandbox>().Select(remove => remove.Sandbox.Container), Is.EquivalentTo(containers));
    }

    [Test]
    public void Sandboxes_ThatStay_AreBounded_TheOldestGoFirst_AndSoAfterARestart()
    {
        var settings = Make.Settings() with { MaxFinishedPerFramework = 1, MaxRetainedSandboxes = 2, SnapshotEvery = 10 };
        var bench = new Bench(settings).Register();
        var containers = Enumerable.Range(0, 4).Select(i => FinishLater(bench, $"t{i}")).ToList();
        Assert.That(bench.Effects<RemoveSandbox>().Select(remove => remove.Sandbox.Container), Is.EqualTo(containers.Take(1)));

        var restarted = bench.Restart().Register();
        restarted.Take();
        FinishLater(restarted, "t4");

        Assert.That(restarted.Effects<RemoveSandbox>().Select(remove => remove.Sandbox.Container), Is.EqualTo(containers.Skip(1).Take(1)));
    }

    [Test]
    public void WithoutRetention_SandboxesGoWithTheirTasks()
    {
        var bench = new Bench(Make.Settings() with { MaxFinishedPerFramework = 2, MaxRetainedSandboxes = 0 }).Register();

        var containers = Enumerable.Range(0, 4).Select(i => Finish(bench, $"t{i}")).ToList();

        Assert.That(bench.Effects<RemoveSandbox>().Select(remove => remove.Sandbox.Container), Is.EqualTo(containers.Take(2)));
        Assert.That(bench.Core.View().Frameworks.Single().Finished.Select(task => task.Container), Is.EqualTo(containers.Skip(2)));
    }

    [Test]
    public void FinishedTasks_AreForgottenWithAge_AndTheirFrameworkWithThem()
    {
        var bench = new Bench(Make.Settings() with { SandboxDiskHeadroom = 0 }).Register();
        Finish(bench, "t1");
        bench.Pass(TimeSpan.FromDays(7) - TimeSpan.FromHours(1));
        bench.Tell(new AgentMessage.DiskMeasured(0));
        Assert.That(bench.Effects<RemoveSandbox>(), Is.Empty);

        bench.Pass(TimeSpan.FromHours(2));
        bench.Tell(new AgentMessage.DiskMeasured(0));

        Assert.That(bench.Effects<RemoveSandbox>().Count(), Is.EqualTo(1));
        Assert.That(bench.Core.View().Frameworks, Is.Empty);
    }

    [Test]
    public void IdleFrameworks_BeyondTheBound_AreForgottenWithAllTheirSandboxes()
    {
        var bench = new Bench(Make.Settings() with { MaxFinishedFrameworks = 1, MaxRetainedSandboxes = 0 }).Register();
        Finish(bench, "a", "f1");
        Finish(bench, "b", "f1");

        bench.Pass(TimeSpan.FromSeconds(1));
        Finish(bench, "c", "f2");

        Assert.That(bench.Effects<RemoveSandbox>().Count(), Is.EqualTo(2));
        Assert.That(bench.Core.View().Frameworks.Single().Info.Id.Value, Is.EqualTo("f2"));
    }

    [Test]
    public void Removals_AreRepeatedAfterARestart_BecauseTheyMayNotHaveHappened()
    {
        var bench = new Bench(Make.Settings() with { MaxFinishedPerFramework = 1, MaxRetainedSandboxes = 0 }).Register();
        Finish(bench, "t1");
        Finish(bench, "t2");

        var restarted = bench.Restart();

        Assert.That(restarted.Effects<RemoveSandbox>(), Is.EqualTo(bench.Effects<RemoveSandbox>()));
    }

    [TestCase(0.0, 0.9)]
    [TestCase(0.4, 0.5)]
    [TestCase(0.8, 0.1)]
    [TestCase(0.95, 0.0), Category("case 196")]
    public void FullerDisk_RemovesSandboxesEarlier(double used, double shareOfDelay)
    {
        var bench = new Bench().Register();
        Finish(bench, "t1");
        var due = TimeSpan.FromDays(7) * shareOfDelay;

        if (due > TimeSpan.Zero)
        {
            bench.Pass(due - TimeSpan.FromMinutes(1));
            bench.Tell(new AgentMessage.DiskMeasured(used));
            Assert.That(bench.Effects<RemoveSandbox>(), Is.Empty);
        }
        bench.Pass(TimeSpan.FromMinutes(2));
        bench.Tell(new AgentMessage.DiskMeasured(used));

        Assert.That(bench.Effects<RemoveSandbox>().Count(), Is.EqualTo(1));
    }

    [Test, Category("case 196")]
    public void Disk_IsLookedAtAgainAndAgain_AndSoAfterARestart()
    {
        var bench = new Bench().Register();
        Finish(bench, "t1");
        var restarted = bench.Restart().Register();
        restarted.Take();
        restarted.Pass(TimeSpan.FromMinutes(3));

        Assert.That(restarted.Effects<MeasureDisk>().Count(), Is.EqualTo(3));
        restarted.Tell(new AgentMessage.DiskMeasured(1));
        Assert.That(restarted.Effects<RemoveSandbox>().Count(), Is.EqualTo(1));
    }

    [TestCase(200)]
    [TestCase(1, Description = "most of them are no longer remembered otherwise")]
    public void Sandboxes_ThatHoldTooMuchTogether_GoOldestFirst(int remembered)
    {
        var bench = new Bench(Make.Settings() with { MaxFinishedBytes = 250, MaxFinishedPerFramework = remembered }).Register();
        var containers = Enumerable.Range(0, 4).Select(i => FinishLater(bench, $"t{i}")).ToList();
        bench.Pass(TimeSpan.FromMinutes(1));
        var asked = bench.Effects<MeasureSandbox>().Select(measure => measure.Sandbox.Container).ToList();
        Assert.That(asked, Is.EqualTo(containers));
        containers.ForEach(container => bench.Tell(new AgentMessage.SandboxMeasured(container, 100)));
        bench.Take();

        bench.Pass(TimeSpan.FromMinutes(1));

        Assert.That(bench.Effects<RemoveSandbox>().Select(remove => remove.Sandbox.Container), Is.EqualTo(containers.Take(2)));
        Assert.That(bench.Effects<MeasureSandbox>(), Is.Empty, "each is measured once");
        bench.Pass(TimeSpan.FromMinutes(1));
        Assert.That(bench.Effects<RemoveSandbox>().Count(), Is.EqualTo(2));
    }

    [Test]
    public void RunningTask_KeepsItsSandbox_HoweverFullTheDisk()
    {
        var bench = new Bench().Register();
        bench.Run(Make.Task());
        bench.Pass(TimeSpan.FromDays(8));
        bench.Tell(new AgentMessage.DiskMeasured(1));

        Assert.That(bench.Effects<RemoveSandbox>(), Is.Empty);
    }

    private static ContainerId FinishLater(Bench bench, string task)
    {
        bench.Pass(TimeSpan.FromSeconds(1));
        return Finish(bench, task);
    }

    private static ContainerId Finish(Bench bench, string task, string framework = "f1")
    {
        var removed = bench.Effects<RemoveSandbox>().ToList();
        var container = bench.Run(Make.Task(task), Make.Framework(framework));
        bench.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)));
        while (bench.Pending(task) is { } update)
        {
            removed.AddRange(bench.Take().OfType<RemoveSandbox>().Except(removed));
            bench.Hear(Make.Acknowledge(task, update, framework));
        }
        removed.AddRange(bench.Take().OfType<RemoveSandbox>().Except(removed));
        bench.Done.AddRange(removed);
        return container;
    }
}
