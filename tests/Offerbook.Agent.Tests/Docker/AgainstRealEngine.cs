using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>Gives each test the shared engine besides its master, and takes away whatever it left in the engine.</summary>
internal abstract class AgainstRealEngine : AgainstFakeMaster
{
    protected DockerEngine Engine { get; private set; } = null!;

    [SetUp]
    public async Task FindEngine() => Engine = await SharedEngine.GetAsync();

    [TearDown]
    public Task ClearEngine() => Engine.ClearAsync();
}
