using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Containers;

public sealed class FetchedLogTests
{
    /// <summary>An archive may bring anything, and the supervisor opens the logs with the agent's rights.</summary>
    [Test]
    public async Task ALink_InThePlaceOfALog_IsNotWrittenThrough()
    {
        await using var yard = new Yard();
        var spec = yard.Spec("echo overwritten");
        var precious = Path.Combine(yard.Work, "precious");
        await File.WriteAllTextAsync(precious, "precious");
        Directory.CreateDirectory(yard.Sandbox(spec));
        File.CreateSymbolicLink(Path.Combine(yard.Sandbox(spec), "stdout"), precious);

        yard.Runner.Launch(spec);

        Assert.That((await yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason, Does.Contain("stdout in its sandbox is a link"));
        Assert.That(await File.ReadAllTextAsync(precious), Is.EqualTo("precious"));
    }
}
