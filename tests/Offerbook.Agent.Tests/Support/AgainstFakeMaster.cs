namespace Offerbook.Agent.Tests.Support;

/// <summary>Gives each test an empty work directory and a master that pretends, and takes both away after it.</summary>
internal abstract class AgainstFakeMaster
{
    protected string Work { get; private set; } = "";

    protected FakeMaster Master { get; private set; } = null!;

    [SetUp]
    public async Task Open()
    {
        Work = Directory.CreateTempSubdirectory("offerbook-agent-").FullName;
        Master = await FakeMaster.StartAsync();
    }

    [TearDown]
    public async Task Close()
    {
        await Master.DisposeAsync();
        Directory.Delete(Work, recursive: true);
    }
}
