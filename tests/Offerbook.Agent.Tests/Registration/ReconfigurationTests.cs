using Mesos.V1;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Registration;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Registration;

/// <summary>An agent that is started again with another configuration, or on a machine that was restarted.</summary>
internal sealed class ReconfigurationTests
{
    private const string Bigger = "cpus:16;mem:8192;disk:10000;ports:[31000-33000];gpus:2";
    private const string Smaller = "cpus:2;mem:8192;disk:10000;ports:[31000-32000]";

    [TestCase(ReconfigurationPolicy.Equal, Bigger, "the resources were cpus:8")]
    [TestCase(ReconfigurationPolicy.Equal, Smaller, "the resources were cpus:8")]
    [TestCase(ReconfigurationPolicy.Additive, Smaller, "the resources were cpus:8")]
    [TestCase(ReconfigurationPolicy.Additive, Bigger, null)]
    [TestCase(ReconfigurationPolicy.Any, Bigger, null)]
    [TestCase(ReconfigurationPolicy.Any, Smaller, null)]
    public void Resources_ThatChanged(ReconfigurationPolicy policy, string resources, string? refusal) =>
        Examine(settings => Make.Settings(resources), policy, refusal);

    [TestCase(ReconfigurationPolicy.Equal, "rack:b", "the attribute 'rack' was a and is b")]
    [TestCase(ReconfigurationPolicy.Equal, "rack:a;level:2;new:yes", "the attribute 'new' was not there and is yes")]
    [TestCase(ReconfigurationPolicy.Additive, "rack:b;level:2", "the attribute 'rack' was a and is b")]
    [TestCase(ReconfigurationPolicy.Additive, "rack:a", "the attribute 'level' was 2 and is not there")]
    [TestCase(ReconfigurationPolicy.Additive, "rack:a;level:1", "the attribute 'level' was 2 and is 1")]
    [TestCase(ReconfigurationPolicy.Additive, "rack:a;level:3;new:yes", null)]
    [TestCase(ReconfigurationPolicy.Any, "", null)]
    public void Attributes_ThatChanged(ReconfigurationPolicy policy, string attributes, string? refusal) =>
        Examine(_ => With("rack:a;level:2"), _ => With(attributes), policy, refusal);

    [TestCase(ReconfigurationPolicy.Equal, null, "eu/a", "the fault domain was none and is eu/a")]
    [TestCase(ReconfigurationPolicy.Additive, null, "eu/a", null)]
    [TestCase(ReconfigurationPolicy.Additive, "eu/a", "eu/b", "the fault domain was eu/a and is eu/b")]
    [TestCase(ReconfigurationPolicy.Additive, "eu/a", null, "the fault domain was eu/a and is none")]
    [TestCase(ReconfigurationPolicy.Any, "eu/a", "us/b", null)]
    public void Domain_ThatChanged(ReconfigurationPolicy policy, string? before, string? after, string? refusal) =>
        Examine(_ => In(before), _ => In(after), policy, refusal);

    [Test]
    public void HostName_ThatChanged_IsRefusedUnlessAnythingGoes()
    {
        static AgentSettings Renamed(AgentSettings settings)
        {
            settings.Info.Hostname = "host2";
            return settings;
        }
        Examine(_ => Renamed(Make.Settings()), ReconfigurationPolicy.Additive, "the host name was host1 and is host2");
        Examine(_ => Renamed(Make.Settings()), ReconfigurationPolicy.Any, null);
    }

    [Test]
    public void EveryDifference_IsNamedAtOnce()
    {
        var bench = new Bench(With("rack:a")).Register();
        var changed = Make.Settings(Smaller) with { Reconfiguration = ReconfigurationPolicy.Equal };

        Assert.That(() => new Bench(changed, bench.Journal, bench.Now), Throws.TypeOf<AgentStartException>()
            .With.Message.Contains("the resources were").And.Message.Contains("the attribute 'rack'")
            .And.Message.Contains("--reconfiguration_policy"));
    }

    [Test]
    public void Configuration_ThatWasAllowed_IsWhatTheNextOneIsComparedWith()
    {
        var bench = new Bench().Register();
        var grown = new Bench(Make.Settings(Bigger) with { Reconfiguration = ReconfigurationPolicy.Additive }, bench.Journal, bench.Now);

        Assert.That(() => new Bench(Make.Settings() with { Reconfiguration = ReconfigurationPolicy.Additive }, grown.Journal, bench.Now),
            Throws.TypeOf<AgentStartException>());
        var count = grown.Journal.Count;
        var same = new Bench(Make.Settings(Bigger) with { Reconfiguration = ReconfigurationPolicy.Equal }, grown.Journal, bench.Now);
        Assert.That(same.Journal, Has.Count.EqualTo(count), "what has not changed is not written down again");
    }

    [Test]
    public void Configuration_SurvivesSnapshots()
    {
        var bench = new Bench(Make.Settings() with { SnapshotEvery = 1 }).Register();
        var snapshot = Agent.Recovery.AgentSnapshot.Parser.ParseFrom(bench.Core.CaptureState());

        Assert.That(snapshot.Configured.Info.Hostname, Is.EqualTo("host1"));
        Assert.That(snapshot.Configured.BootId, Is.EqualTo("boot-1"));
    }

    [Test]
    [Category("case 195")]
    public void Machine_ThatWasRestartedAsAnother_RegistersAsANewAgent()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());
        var other = Make.Settings(Smaller) with { BootId = "boot-2", Reconfiguration = ReconfigurationPolicy.Equal };

        var next = new Bench(other, bench.Journal, bench.Now);
        next.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Vanished("the machine was restarted")));
        next.Register();

        Assert.That(next.Effects<ConnectToMaster>().First().Subscribe.AgentId, Is.Null);
        Assert.That(next.Updates(), Is.Empty, "nobody knows the task's agent any more");
    }

    [Test]
    [Category("case 195")]
    public void Machine_ThatWasRestarted_KeepsItsId_AndReportsWhatRanAsEnded()
    {
        var bench = new Bench().Register();
        var container = bench.Run(Make.Task());

        var next = new Bench(Make.Settings() with { BootId = "boot-2", Reconfiguration = ReconfigurationPolicy.Equal }, bench.Journal,
            bench.Now);
        next.Tell(new AgentMessage.ContainerExited(container, new ContainerExit.Vanished("the machine was restarted")));
        next.Register();

        Assert.That(next.Effects<ConnectToMaster>().Last().Subscribe.AgentId.Value, Is.EqualTo(Make.AgentIdText));
        Assert.That(next.TaskView().Task.State, Is.EqualTo(TaskState.TaskFailed));
    }

    private static AgentSettings With(string attributes)
    {
        var settings = Make.Settings();
        settings.Info.Attributes.Add(AttributeText.Parse(attributes));
        return settings;
    }

    private static AgentSettings In(string? domain)
    {
        var settings = Make.Settings();
        if (domain?.Split('/') is [var region, var zone])
        {
            settings.Info.Domain = DomainText.Parse(
                """{"fault_domain":{"region":{"name":"R"},"zone":{"name":"Z"}}}""".Replace("R", region, StringComparison.Ordinal)
                    .Replace("Z", zone, StringComparison.Ordinal));
        }
        return settings;
    }

    private static void Examine(Func<AgentSettings, AgentSettings> change, ReconfigurationPolicy policy, string? refusal) =>
        Examine(settings => settings, change, policy, refusal);

    /// <summary>A task runs; the agent is started again as another.</summary>
    private static void Examine(Func<AgentSettings, AgentSettings> before, Func<AgentSettings, AgentSettings> after,
        ReconfigurationPolicy policy, string? refusal)
    {
        var bench = new Bench(before(Make.Settings())).Register();
        var container = bench.Run(Make.Task());
        var settings = after(Make.Settings()) with { Reconfiguration = policy };
        if (refusal is not null)
        {
            Assert.That(() => new Bench(settings, bench.Journal, bench.Now),
                Throws.TypeOf<AgentStartException>().With.Message.Contains(refusal));
            return;
        }
        var next = new Bench(settings, bench.Journal, bench.Now);
        next.Tell(new AgentMessage.ContainerStarted(container, 4711));
        next.Register();
        var subscribe = next.Effects<ConnectToMaster>().Last().Subscribe;
        Assert.That(subscribe.AgentId.Value, Is.EqualTo(Make.AgentIdText));
        Assert.That(subscribe.Subscribe.Tasks.Single().State, Is.EqualTo(TaskState.TaskRunning), "the task goes on");
    }
}
