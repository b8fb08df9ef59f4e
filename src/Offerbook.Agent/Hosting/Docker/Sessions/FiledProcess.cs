using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Attach;
using Offerbook.Agent.Hosting.Docker.Output;

namespace Offerbook.Agent.Hosting.Docker.Sessions;

/// <summary>A process whose output goes to the files of its sandbox, rotated as for others, instead of to those who attach.</summary>
internal sealed class FiledProcess(IAttachedProcess process, string sandbox, IsolationOptions options) : IAttachedProcess
{
    public int Pid => process.Pid;

    public Task<ContainerExit> Exit => process.Exit;

    /// <summary>A sandbox that cannot be written any more loses output; the process goes on.</summary>
    public async Task PumpAsync(Func<bool, ReadOnlyMemory<byte>, ValueTask> output)
    {
        using var normal = new SandboxFile(Path.Combine(sandbox, "stdout"), options.MaxLogBytes, options.RotatedLogs);
        using var error = new SandboxFile(Path.Combine(sandbox, "stderr"), options.MaxLogBytes, options.RotatedLogs);
        var isOpen = Try(() => normal.Open(null)) & Try(() => error.Open(null));
        await process.PumpAsync((isError, data) =>
        {
            if (isOpen)
            {
                Try(() => Append(isError ? error : normal, data));
            }
            return ValueTask.CompletedTask;
        });
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation) => process.WriteAsync(input, cancellation);

    public ValueTask CloseInputAsync() => process.CloseInputAsync();

    public void Resize(TerminalSize size) => process.Resize(size);

    public void Signal(int signal) => process.Signal(signal);

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private static void Append(SandboxFile file, ReadOnlyMemory<byte> data)
    {
        file.Append(data.Span);
        if (file.IsFull)
        {
            file.Rotate();
        }
    }

    private static bool Try(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
