using Microsoft.Win32.SafeHandles;
using Offerbook.Agent.Containers;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>The agent's end of a terminal, and the path of the other.</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private readonly SafeFileHandle _master;
    private readonly SafeFileHandle _programs;

    /// <exception cref="IOException">The system has no terminal left.</exception>
    public PseudoTerminal(TerminalSize size)
    {
        (_master, Path) = NativeTerminal.OpenTerminal();
        // Until a program has opened its end, reading ours would not end with it.
        _programs = NativeTerminal.OpenPipe(Path);
        Stream = new FileStream(_master, FileAccess.ReadWrite, bufferSize: 0);
        Resize(size);
    }

    public string Path { get; }

    /// <summary>Reading blocks, and fails with an IOException once nobody has the other end open any more.</summary>
    public FileStream Stream { get; }

    public void Resize(TerminalSize size) => NativeTerminal.Resize(_master, size.Rows, size.Columns);

    /// <summary>No program of ours will use it any more: reading ends when what was written has been read.</summary>
    public void End() => _programs.Dispose();

    public void Dispose()
    {
        End();
        Stream.Dispose();
    }
}
