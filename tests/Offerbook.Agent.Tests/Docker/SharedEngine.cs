namespace Offerbook.Agent.Tests.Docker;

/// <summary>The one engine that these tests share, started when the first of them needs it.</summary>
[SetUpFixture]
public sealed class SharedEngine
{
    private static readonly Lazy<Task<DockerEngine>> Engine = new(() => DockerEngine.StartAsync());

    internal static Task<DockerEngine> GetAsync() => Engine.Value;

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (Engine.IsValueCreated)
        {
            await (await Engine.Value).DisposeAsync();
        }
    }
}
