using System.IO.Pipes;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>The pipes through which a process of the host is written to and read from. Closed with this.</summary>
internal sealed class StandardPipes : IDisposable
{
    // Not inheritable: what is started meanwhile elsewhere must not hold them open.
    private readonly AnonymousPipeServerStream _input = new(PipeDirection.Out, HandleInheritability.None);
    private readonly AnonymousPipeServerStream _output = new(PipeDirection.In, HandleInheritability.None);
    private readonly AnonymousPipeServerStream _error = new(PipeDirection.In, HandleInheritability.None);

    /// <summary>What the process reads.</summary>
    public Stream Input => _input;

    /// <summary>What the process writes.</summary>
    public Stream Output => _output;

    public Stream Error => _error;

    /// <summary>Starts a process that has the other ends, beside its agent and in the agent's session.</summary>
    /// <param name="network">A process in whose network it is born; null: this one's.</param>
    /// <returns>The child, for whose end somebody must wait.</returns>
    /// <exception cref="System.ComponentModel.Win32Exception">It could not be started.</exception>
    /// <exception cref="IOException">That network cannot be entered.</exception>
    public int Start(string program, IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string>> environment,
        string directory, ProcessIdentity? network)
    {
        var child = Spawner.Start(program, arguments, environment, directory,
            [_input.ClientSafePipeHandle, _output.ClientSafePipeHandle, _error.ClientSafePipeHandle], newSession: false, network);
        _input.DisposeLocalCopyOfClientHandle();
        _output.DisposeLocalCopyOfClientHandle();
        _error.DisposeLocalCopyOfClientHandle();
        return child;
    }

    public void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
        _error.Dispose();
    }
}
