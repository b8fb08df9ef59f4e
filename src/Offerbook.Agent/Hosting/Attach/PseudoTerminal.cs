using Microsoft.Win32.SafeHandles;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>The agent's end of a terminal, and the path of the other.</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private readonly SafeFileHandle _master;
    private readonly SafeFileHandle _programs;

    /// <exception cref="IOException">The system has no terminal left.</exception>
    public PseudoTerminal(TerminalSize size)
        : this(NativeTerminal.OpenTerminal())
    {
        Resize(size);
    }

    private PseudoTerminal((SafeFileHandle Master, string Path) opened)
    {
        (_master, Path) = opened;
        // Until a program has opened its end, reading ours would not end with it.
        _programs = NativeTerminal.OpenPipe(Path);
        Stream = new FileStream(_master, FileAccess.ReadWrite, bufferSize: 0);
    }

    /// <summary>Takes over a terminal that another process holds.</summary>
    /// <returns>Null when it holds none, or this one has no right to it.</returns>
    public static PseudoTerminal? TakeOver(int holder, int descriptor)
    {
        using var process = Native.OpenProcess(holder);
        var master = process is null ? null : Native.CopyDescriptor(process, descriptor);
        try
        {
            return master is not null && NativeTerminal.PathOf(master) is { } path ? new PseudoTerminal((master, path)) : null;
        }
        catch (IOException)
        {
            // It ended just now.
            master?.Dispose();
            return null;
        }
    }

    public string Path { get; }

    /// <summary>What is given to those that are to keep the terminal alive.</summary>
    public SafeFileHandle Master => _master;

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
