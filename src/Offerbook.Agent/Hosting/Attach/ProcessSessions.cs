using System.ComponentModel;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Attach;

/// <summary>Starts attached processes on the host: beside the process of the container that they look into, or alone.</summary>
internal sealed class ProcessSessions : IContainerSessions
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _script;
    private readonly string _lifelines;
    private readonly SandboxDirectories _sandboxes;
    private readonly ProcessPreparation _preparation;

    public ProcessSessions(string workDirectory, SandboxDirectories sandboxes, ProcessPreparation preparation)
    {
        (_sandboxes, _preparation) = (sandboxes, preparation);
        var meta = Path.Combine(workDirectory, "meta");
        _script = Path.Combine(meta, "attach.sh");
        _lifelines = Path.Combine(meta, "lifelines");
        Directory.CreateDirectory(_lifelines, OwnerOnly);
        Lifeline.CutAll(_lifelines);
        WriteScript();
    }

    public async Task<AttachedStart> StartAttachedAsync(ContainerSpec spec, CancellationToken cancellation)
    {
        if (ProcessPreparation.Obstacle(spec) is { } obstacle)
        {
            return new AttachedStart(null, obstacle);
        }
        try
        {
            // Starting a process blocks for milliseconds.
            return new AttachedStart(await Task.Run(() => BeginAsync(spec), cancellation), null);
        }
        catch (Exception failure) when (failure is Win32Exception or IOException or UnauthorizedAccessException)
        {
            return new AttachedStart(null, $"The process could not be started: {failure.Message}");
        }
    }

    private async Task<AttachedProcess> BeginAsync(ContainerSpec spec)
    {
        var sandbox = SandboxOf(spec);
        var lifeline = new Lifeline(Path.Combine(_lifelines, spec.Container.Value));
        var pipes = new StandardPipes();
        PseudoTerminal? terminal = null;
        try
        {
            terminal = spec.Attach!.Terminal is { } size ? new PseudoTerminal(size) : null;
            var prepared = await _preparation.PrepareAsync(spec, sandbox);
            if (terminal is not null && prepared.User is { } user)
            {
                NativeTerminal.ChangeOwner(terminal.Path, user.Uid, user.Gid);
            }
            string[] arguments =
            [
                .. prepared.Chain.ShellOptions, _script, lifeline.Path, terminal?.Path ?? "", Octal(spec.Process.Umask),
                string.Join(' ', prepared.Groups), HostTools.Setsid, .. prepared.Chain.Program,
            ];
            var child = pipes.Start(prepared.Chain.Shell, arguments, prepared.Chain.Environment, sandbox, prepared.Network);
            return new AttachedProcess(child, pipes, lifeline, terminal);
        }
        catch
        {
            terminal?.Dispose();
            pipes.Dispose();
            lifeline.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A session works where the container works that it looks into, which may be another session; others have a sandbox of their own.
    /// </summary>
    private string SandboxOf(ContainerSpec spec)
    {
        if (spec is not { Attach.AwaitsReader: true, Joins: { } around })
        {
            return _sandboxes.Prepare(spec.Sandbox);
        }
        var path = _sandboxes.PathOf(spec.Sandbox with { Container = around });
        while (!Directory.Exists(path) && around.Parent is { } outer)
        {
            around = outer;
            path = _sandboxes.PathOf(spec.Sandbox with { Container = around });
        }
        return path;
    }

    private void WriteScript()
    {
        using var resource = typeof(ProcessSessions).Assembly.GetManifestResourceStream("attach.sh")
            ?? throw new InvalidOperationException("The program was built without attach.sh.");
        using var file = new FileStream(_script,
            new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        resource.CopyTo(file);
    }

    private static string Octal(int umask) => "0" + Convert.ToString(umask, 8);
}
