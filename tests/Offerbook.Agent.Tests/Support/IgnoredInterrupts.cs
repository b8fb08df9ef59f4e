using System.Runtime.InteropServices;

namespace Offerbook.Agent.Tests.Support;

/// <summary>This process ignores SIGINT for as long as this lives, and so does what it starts unless somebody sees to it.</summary>
internal sealed partial class IgnoredInterrupts : IDisposable
{
    private const int Interrupt = 2;

    /// <summary>More than a C library's struct sigaction, which begins with the handler.</summary>
    private const int ActionBytes = 512;

    private readonly byte[] _before = new byte[ActionBytes];

    public IgnoredInterrupts()
    {
        var ignore = new byte[ActionBytes];
        ignore[0] = 1;
        Assert.That(Action(Interrupt, ignore, _before), Is.Zero);
    }

    public void Dispose() => Assert.That(Action(Interrupt, _before, new byte[ActionBytes]), Is.Zero);

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int Action(int signal, byte[] action, byte[] before);
}
