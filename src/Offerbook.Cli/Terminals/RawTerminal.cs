using System.Diagnostics;
using System.Runtime.InteropServices;
using Mesos.V1;

namespace Offerbook.Cli.Terminals;

/// <summary>
/// The terminal of this program in raw mode: keys are passed on as they are typed, Ctrl-C among them. Disposing it, or the end of the
/// program by a signal, restores it.
/// </summary>
internal sealed class RawTerminal : IDisposable
{
    private readonly string _saved;
    private readonly PosixSignalRegistration _resized;
    private int _restored;

    private RawTerminal(string saved)
    {
        _saved = saved;
        AppDomain.CurrentDomain.ProcessExit += Restore;
        Stty("raw", "-echo");
        _resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resized?.Invoke());
    }

    public event Action? Resized;

    public static TTYInfo.Types.WindowSize Size
    {
        get
        {
            // "ROWS COLUMNS"; Console would remember what it once was.
            var words = (Stty("size") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words is [var rows, var columns] && uint.TryParse(rows, out var height) && uint.TryParse(columns, out var width)
                && height > 0
                ? new TTYInfo.Types.WindowSize { Rows = height, Columns = width }
                : new TTYInfo.Types.WindowSize { Rows = 24, Columns = 80 };
        }
    }

    /// <summary>Null unless input and output are both a terminal.</summary>
    public static RawTerminal? TryOpen() =>
        !Console.IsInputRedirected && !Console.IsOutputRedirected && Stty("-g") is { Length: > 0 } saved ? new RawTerminal(saved) : null;

    public void Dispose()
    {
        _resized.Dispose();
        Restore(null, EventArgs.Empty);
        AppDomain.CurrentDomain.ProcessExit -= Restore;
    }

    private void Restore(object? sender, EventArgs arguments)
    {
        if (Interlocked.Exchange(ref _restored, 1) == 0)
        {
            Stty(_saved);
        }
    }

    /// <summary>What stty(1) prints about the terminal, which is in every POSIX system; null when it cannot.</summary>
    private static string? Stty(params string[] arguments)
    {
        // The shell gives stty the terminal: this program's own input is that of its child only where nothing is redirected.
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true,
            UseShellExecute = false };
        foreach (var argument in (ReadOnlySpan<string>)["-c", "exec stty \"$@\" </dev/tty", "stty", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }
        using var process = Process.Start(start);
        if (process is null)
        {
            return null;
        }
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text.Trim() : null;
    }
}
