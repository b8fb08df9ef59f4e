using Microsoft.Win32.SafeHandles;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>
/// The agent's end of the named pipe that keeps an attached process alive; see attach.sh. When the agent dies, the kernel lets go of it.
/// </summary>
internal sealed class Lifeline : IDisposable
{
    private readonly SafeFileHandle _pipe;

    /// <exception cref="IOException">The pipe cannot be made.</exception>
    public Lifeline(string path)
    {
        Path = path;
        _pipe = NativeTerminal.CreatePipe(path);
    }

    public string Path { get; }

    /// <summary>Lets go of what an agent that was killed has left: whoever had just come to hold on to it sees its end now.</summary>
    public static void CutAll(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory))
        {
            NativeTerminal.OpenPipe(path).Dispose();
            File.Delete(path);
        }
    }

    /// <summary>Whatever is left of the process's session is killed.</summary>
    public void Cut()
    {
        // In this order, so that whoever opens the pipe finds somebody at its other end, or no pipe.
        File.Delete(Path);
        _pipe.Dispose();
    }

    public void Dispose() => Cut();
}
