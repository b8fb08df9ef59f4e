using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests.Upgrades;

/// <summary>A seat in the cluster, in which programs of either version sit one after the other.</summary>
/// <param name="Verb"><c>master</c>, <c>agent</c>, <c>apps</c> or <c>batch</c>.</param>
/// <param name="LedPath">Answered 200 by a member that leads.</param>
internal sealed record Member(string Verb, int Port, string LedPath, IReadOnlyList<string> Arguments)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<OfferbookProcess> _lives = [];

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>The present program, or the last.</summary>
    public OfferbookProcess Process => _lives[^1];

    public bool IsUp => _lives.Count > 0 && !Process.HasExited;

    public string Output => string.Join("\n---\n", _lives.Select(life => life.Output));

    public async Task StartAsync(string program)
    {
        Launch(program);
        await Process.WaitForLineAsync(line => line.Contains("ready", StringComparison.Ordinal), Patience);
    }

    /// <summary>Starts it, and does not wait until it is ready.</summary>
    public void Launch(string program) => _lives.Add(OfferbookProcess.Start([Verb, .. Arguments], program: program));

    /// <summary>SIGTERM.</summary>
    public async Task StopAsync()
    {
        Process.Signal(Signals.Terminate);
        Assert.That(await Process.WaitForExitAsync(Patience), Is.Zero, Output);
    }

    public async Task ReplaceAsync(string program)
    {
        await StopAsync();
        await StartAsync(program);
    }

    /// <summary>Waits for words in its log.</summary>
    /// <returns>The line.</returns>
    public async Task<string> SaysAsync(string words) =>
        Array.Find(Process.Output.Split('\n'), line => line.Contains(words, StringComparison.Ordinal))
            ?? await Process.WaitForLineAsync(line => line.Contains(words, StringComparison.Ordinal), Patience);

    public void Dispose() => _lives.ForEach(life => life.Dispose());
}
