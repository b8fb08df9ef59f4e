using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Supervision;

/// <summary>
/// The supervisor as a program of the kernel's calls alone (<see cref="SupervisorProgram"/>), where the machine runs it: on x86-64, from a
/// work
/// directory whose files may be executed. Elsewhere, and for what it does not do, the shell's script takes its place.
/// </summary>
internal sealed class NativeSupervisor
{
    private const int TextFileBusy = 26;

    /// <summary>A process that is just being started elsewhere can hold the new file open for writing for some microseconds.</summary>
    private const int Trials = 200;

    private NativeSupervisor(string path) => Path = path;

    /// <summary>The executable file.</summary>
    public string Path { get; }

    /// <summary>Makes the file and tries it.</summary>
    /// <returns>Null where it does not run; the log says why.</returns>
    public static NativeSupervisor? Install(string path, string bootId, ILogger logger)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return null;
        }
        var fresh = path + ".new";
        File.Delete(fresh);
        using (var file = new FileStream(fresh, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite,
        }))
        {
            file.Write(SupervisorProgram.ToFile(bootId, ProcessSettings.Default.Umask));
        }
        // In one step: supervisors of an earlier agent still run from theirs.
        File.Move(fresh, path, overwrite: true);
        if (Obstacle(path) is { } obstacle)
        {
            logger.LogInformation("Tasks are supervised by a shell script, which is slower: {Reason}", obstacle);
            return null;
        }
        return new NativeSupervisor(path);
    }

    /// <summary>Whether it can supervise such a container: it sets the umask that nearly all have.</summary>
    public static bool Fits(ContainerSpec spec) => spec.Process.Umask == ProcessSettings.Default.Umask;

    private static string? Obstacle(string path)
    {
        for (var trial = 1; ; trial++)
        {
            try
            {
                var status = Native.WaitForEnd(Spawner.Start(path, [], [], "/"));
                return status == SupervisorProgram.NothingToDo << 8 ? null : $"a trial ended with wait status {status}";
            }
            catch (Win32Exception failure) when (failure.NativeErrorCode == TextFileBusy && trial < Trials)
            {
                Thread.Yield();
            }
            catch (Win32Exception failure)
            {
                return failure.Message;
            }
        }
    }
}
