using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Containers;

namespace Offerbook.Agent.Hosting.Supervision;

/// <summary>Finds the file that executing a program by its name means, as execvp does.</summary>
internal static class ProgramSearch
{
    /// <summary>What is executed first for a container: the file, the name it is told it has, and its arguments.</summary>
    /// <returns>Null when there is no such file that may be executed.</returns>
    public static IReadOnlyList<string>? Resolve(ContainerSpec spec, CommandChain chain, string sandbox)
    {
        // Programs that set a process up are named by their paths, and find the next one themselves.
        if (!chain.Confined || spec.Command is not CommandSpec.Program program)
        {
            return [chain.Program[0], .. chain.Program];
        }
        var path = chain.Environment.FirstOrDefault(variable => variable.Key == "PATH").Value ?? HostEnvironment.DefaultPath;
        if (Find(program.File, path, sandbox) is not { } file)
        {
            return null;
        }
        return IsForShell(file, sandbox)
            ? [HostTools.Shell, HostTools.Shell, file, .. program.Arguments]
            : [file, program.Name ?? program.File, .. program.Arguments];
    }

    /// <summary>Why <see cref="Resolve"/> found nothing.</summary>
    public static string Obstacle(ContainerSpec spec) => spec.Command is CommandSpec.Program { File: var file }
        ? file.Contains('/') ? $"there is no file '{file}' that may be executed" : $"'{file}' was not found in PATH"
        : "it has no program";

    /// <param name="name">Looked up in <paramref name="path"/> when it has no slash.</param>
    private static string? Find(string name, string path, string directory)
    {
        if (name.Contains('/'))
        {
            return IsProgram(Path.Combine(directory, name)) ? name : null;
        }
        foreach (var place in path.Split(':'))
        {
            var file = Path.Combine(directory, place, name);
            if (name.Length > 0 && IsProgram(file))
            {
                return file;
            }
        }
        return null;
    }

    /// <summary>A file that the kernel does not know how to execute is given to a shell.</summary>
    private static bool IsForShell(string file, string directory)
    {
        Span<byte> start = stackalloc byte[4];
        var length = Native.ReadStart(Path.Combine(directory, file), start);
        return length >= 0 && !start[..length].StartsWith("#!"u8) && !start[..length].SequenceEqual("\u007fELF"u8);
    }

    private static bool IsProgram(string file) => File.Exists(file) && Native.MayExecute(file);
}
