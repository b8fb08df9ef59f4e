namespace Offerbook.Agent.Tests.Http.Operator;

/// <summary>Starts one agent with a running task for all tests of a class, and ends both after the last.</summary>
internal abstract class OneAgentTests
{
    protected AgentFixture Agent { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task Start() => Agent = await AgentFixture.StartAsync();

    [OneTimeTearDown]
    public async Task Stop()
    {
        await Agent.Agent.KillAllTasksAsync(TimeSpan.Zero);
        await Agent.DisposeAsync();
    }
}
