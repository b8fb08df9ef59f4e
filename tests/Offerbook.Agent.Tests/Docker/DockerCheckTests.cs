using Offerbook.Agent.Checks;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Checks;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>Commands of checks run in containers, as the engine runs them.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class DockerCheckTests(bool throughFaultySocket) : DockerTestBase(throughFaultySocket)
{
    [Test]
    public async Task Checks_RunInside()
    {
        var spec = Yard.Spec("echo $$ > /tmp/own; sleep 1000",
            new DockerSettings(DockerEngine.Image) { Network = new DockerNetwork.Bridge() });
        var started = await Yard.RunAsync(spec);
        await DockerYard.UntilAsync(async () => await CheckAsync(spec, "test -e /tmp/own") == 0, "the file in the container");

        Assert.That(await CheckAsync(spec, "exit 3"), Is.EqualTo(3));
        Assert.That(await CheckAsync(spec, "test \"$EXTRA $TASK\" = \"yes t2\"", KeyValuePair.Create("EXTRA", "yes")), Is.Zero);
        Assert.That(await CheckAsync(spec, new CommandSpec.Program("/no/such", [])), Is.EqualTo(126).Or.EqualTo(127),
            "as the engine says of what is not there");
        var other = Yard.Spec("true");
        Assert.That(async () => await CheckAsync(other, "true"),
            Throws.TypeOf<CheckImpossibleException>().With.Message.Contains(DockerYard.Name(other)));
        Assert.That(Yard.Runner.Checks!.NetworkOf(spec.Container), Is.EqualTo(started.Pid));
    }

    [Test]
    public async Task Checks_WhoseTimeIsUp_AreKilled()
    {
        var spec = Yard.Spec("sleep 1000");
        await Yard.RunAsync(spec);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));

        Assert.That(async () => await Yard.Runner.Checks!.RunAsync(
            new CheckSpec.Command(spec, new CommandSpec.Shell("sleep 4242"), [], null), limit.Token),
                Throws.InstanceOf<OperationCanceledException>());

        await DockerYard.UntilAsync(() => !DockerYard.Runs("sleep", "4242"), "its end");
        Assert.That(Yard.HasMore(spec), Is.False, "the container goes on");
        Assert.That(Yard.Runner.Checks!.NetworkOf(spec.Container), Is.Null, "it is in the host's network");
    }

    private Task<int> CheckAsync(ContainerSpec spec, string line, params KeyValuePair<string, string>[] environment) =>
        Yard.Runner.Checks!.RunAsync(new CheckSpec.Command(spec, new CommandSpec.Shell(line), environment, null), CancellationToken.None);

    private Task<int> CheckAsync(ContainerSpec spec, CommandSpec command) =>
        Yard.Runner.Checks!.RunAsync(new CheckSpec.Command(spec, command, [], null), CancellationToken.None);
}
