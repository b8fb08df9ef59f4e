using System.Diagnostics;

namespace Offerbook.Chaos.Hosts;

/// <summary>Runs a program of the system to its end.</summary>
internal static class Command
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <exception cref="HostException">It is not there, failed, or took more than a minute.</exception>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (status, output) = await TryAsync(program, arguments);
        return status == 0 ? output : throw new HostException(
            $"{program} {string.Join(' ', arguments)}: {output.Trim()} (status {status})");
    }

    public static async Task<(int Status, string Output)> TryAsync(string program, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true,
                RedirectStandardInput = true, WorkingDirectory = "/" },
        };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new HostException($"{program} cannot be run: {missing.Message}");
        }
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(limit.Token),
                process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output[0] + output[1]);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new HostException($"{program} {string.Join(' ', arguments)} did not end within {Patience.TotalSeconds:0} s");
        }
    }
}
