using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests.Chaos;

/// <summary>
/// An agent as a process of its own that is killed at random instants, at times before it has even come up, and started again.
/// </summary>
internal sealed class MortalAgent(string directory, Uri master, string[] extra) : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly int _port = Harness.Cluster.FreePorts(1)[0];
    private readonly List<string> _said = [];
    private OfferbookProcess? _process;

    public int Kills { get; private set; }

    public string Directory => directory;

    /// <summary>What all its lives have printed.</summary>
    public string Output => string.Join('\n', [.. _said, _process?.Output ?? ""]);

    /// <summary>Lives a life and is killed.</summary>
    public async Task LiveAndDieAsync(Random random)
    {
        Start();
        if (random.NextDouble() < 0.25)
        {
            // While it starts, replays its journal, or looks for what runs.
            await Task.Delay(random.Next(100, 1_200));
        }
        else
        {
            await ReadyAsync();
            // Registering takes up to a second of it.
            await Task.Delay((int)Math.Min(6_000, -Math.Log(1 - random.NextDouble()) * 2_000));
        }
        Assert.That(_process!.HasExited, Is.False, $"the agent ended by itself:\n{_process.Output}");
        await _process.KillAsync();
        Kills++;
        _said.Add(_process.Output);
        _process.Dispose();
        _process = null;
    }

    /// <summary>A life that is not ended.</summary>
    public Task LiveAsync()
    {
        Start();
        return ReadyAsync();
    }

    /// <summary>Asks it to end.</summary>
    public Task<int> StopAsync()
    {
        _process!.Signal(Signals.Terminate);
        return _process.WaitForExitAsync(StartTimeout);
    }

    public void Dispose()
    {
        _process?.Dispose();
        _process = null;
    }

    private void Start() => _process = OfferbookProcess.Start(
        ["agent", "--port", $"{_port}", "--master", $"{master}", "--work-dir", directory, "--resources",
            "cpus:64;mem:32768;disk:4096;ports:[22000-22999]", .. extra]);

    private Task<string> ReadyAsync() => _process!.WaitForLineAsync(line => line.Contains("ready", StringComparison.Ordinal), StartTimeout);
}
