using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Containers;

/// <summary>A record's file serves one container after the other, and no container hears of another.</summary>
public sealed class SpareRecordTests
{
    private Yard _yard = null!;

    [SetUp]
    public void Open() => _yard = new Yard();

    [TearDown]
    public async Task Close() => await _yard.DisposeAsync();

    [Test]
    public async Task AForgottenRecord_BecomesTheNextContainers_WithNothingOfTheFirst()
    {
        var first = _yard.Spec("exit 3");
        Assert.That(await _yard.RunToEndAsync(first), Is.EqualTo(new ContainerExit.Exited(3)));
        await ForgetAsync(first);
        var second = _yard.Spec("exec sleep 1000");

        var pid = await _yard.RunAsync(second);

        Assert.That(Spares(), Is.Empty, "it is in use");
        Assert.That(_yard.Files.Read(second.Container), Has.Property(nameof(ContainerRecord.Owner)).EqualTo(second.Container.Value)
            .And.Property(nameof(ContainerRecord.Status)).Null);
        _yard.Runner.Signal(second.Container, ContainerSignal.Kill);
        Assert.That((await _yard.NextAsync<AgentMessage.ContainerExited>()).Exit, Is.EqualTo(new ContainerExit.Signaled(Native.Kill)));
        Assert.That(pid, Is.Positive);
    }

    [Test]
    public async Task ALaunch_CancelledByAnAgentThatCameBack_NeverBegins_ThoughItHasASpare()
    {
        var first = _yard.Spec("true");
        await _yard.RunToEndAsync(first);
        await ForgetAsync(first);
        var second = _yard.Spec("touch begun");
        Directory.CreateDirectory(_yard.Sandbox(second));
        Assert.That(_yard.Files.TryCancel(second.Container), Is.True);

        _yard.Runner.Launch(second);

        await _yard.NextAsync<AgentMessage.ContainerNeverStarted>();
        Assert.That(File.Exists(Path.Combine(_yard.Sandbox(second), "begun")), Is.False);
    }

    [Test]
    public async Task ASpareThatIsGone_IsNotMissed()
    {
        var first = _yard.Spec("true");
        await _yard.RunToEndAsync(first);
        await ForgetAsync(first);
        Spares().ForEach(File.Delete);

        Assert.That(await _yard.RunToEndAsync(_yard.Spec("exit 4")), Is.EqualTo(new ContainerExit.Exited(4)));
    }

    /// <summary>Without power, a renaming may have reached the disk and the emptying not.</summary>
    [Test]
    public void ARecord_ThatShowsAnothersLife_IsAsIfNothingWasWritten()
    {
        var container = new ContainerId("mine");
        File.WriteAllText(_yard.Files.RecordOf(container), "of other\nsupervised 1 boot 1.00 0.50\nbegan 2 1.01 0.50\nended   exited      0\n");

        Assert.That(_yard.Files.Read(container), Is.EqualTo(ContainerRecord.Empty));
    }

    [Test]
    public void AnAgentThatComesBack_BeginsWithoutSpares()
    {
        var record = _yard.Files.RecordOf(new ContainerId("ended"));
        File.WriteAllText(record, "of ended\n");
        var spares = new SpareRecords(Path.Combine(_yard.Work, "meta", "spare"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.That(spares.TryKeep(record), Is.True);
        Assert.That(Spares(), Has.Count.EqualTo(1));

        Assert.That(new ContainerFiles(_yard.Work).TakeSpare(), Is.Empty);

        Assert.That(Spares(), Is.Empty);
    }

    [Test]
    public void Spares_AreCleared_GivenOnce_AndBounded()
    {
        var spares = new SpareRecords(Path.Combine(_yard.Work, "spare"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var kept = 0;
        string record;
        do
        {
            record = Path.Combine(_yard.Work, $"record{kept}");
            File.WriteAllText(record, "of somebody\n");
        }
        while (spares.TryKeep(record) && ++kept < 10_000);

        Assert.That(kept, Is.EqualTo(256));
        Assert.That(File.ReadAllText(record), Is.Not.Empty, "what is not kept is left as it is");
        var given = Enumerable.Range(0, kept).Select(_ => spares.Take()).ToList();
        Assert.That(given, Is.Unique);
        Assert.That(given.Select(File.ReadAllText), Is.All.EqualTo("\n"));
        Assert.That(ContainerRecord.Parse("\n"), Is.EqualTo(ContainerRecord.Empty));
        Assert.That(spares.Take(), Is.Empty);
    }

    private async Task ForgetAsync(ContainerSpec spec)
    {
        _yard.Runner.Forget(spec.Container);
        await Patiently.Until(() => Spares().Count == 1, "the record was put by");
    }

    private List<string> Spares() => [.. Directory.EnumerateFiles(Path.Combine(_yard.Work, "meta", "spare"))];
}
