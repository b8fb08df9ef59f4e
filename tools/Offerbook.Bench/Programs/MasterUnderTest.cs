using System.Net;
using Offerbook.Bench.Harness;

namespace Offerbook.Bench.Programs;

/// <summary>A master in a process of its own with a directory that outlives it, so that it can be started again from its journal.</summary>
internal sealed class MasterUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("offerbook-bench-").FullName;
    private readonly string[] _flags;
    private OfferbookProgram? _program;

    private MasterUnderTest(string[] flags) => _flags = flags;

    public IPEndPoint Address { get; } = new(IPAddress.Loopback, OfferbookProgram.FreePorts(1)[0]);

    public Uri Uri => new($"http://{Address}");

    public int Id => _program!.Id;

    public double ResidentMiB => ProcessMemory.ResidentMiB(Id);

    public double CpuSeconds => ProcessMemory.CpuSeconds(Id);

    public static async Task<MasterUnderTest> StartAsync(CancellationToken cancellation, params string[] flags)
    {
        var master = new MasterUnderTest(flags);
        await master.StartAsync(cancellation);
        return master;
    }

    /// <summary>Ends the process and starts another one on the same journal and port; returns when it serves.</summary>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        await _program!.DisposeAsync();
        await StartAsync(cancellation);
    }

    public void ReportMemory(BenchRun run, string name, string note) => run.Report(name, ResidentMiB, "MiB", note);

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
        }
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        _program = OfferbookProgram.Start(["master", "--port", $"{Address.Port}", "--data-dir", _directory, .. _flags]);
        await _program.WaitForLineAsync("ready", StartTimeout, cancellation);
    }
}
