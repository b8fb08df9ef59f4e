using System.Globalization;
using System.Text;

namespace Offerbook.Agent.Hosting.Cgroups;

/// <summary>The files of the kernel's control groups: one number, or lines of a name and a number.</summary>
internal static class GroupFiles
{
    /// <summary>By three calls of the kernel; several are written for every container.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void Write(string directory, string file, string value)
    {
        var path = $"{directory}/{file}";
        if (Containers.Native.WriteWhole(path, value) is { } reason)
        {
            throw new IOException($"'{value}' cannot be written to {path}: {reason}");
        }
    }

    public static void Write(string directory, string file, long value) =>
        Write(directory, file, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>For settings that not every kernel has.</summary>
    public static void WriteIfThere(string directory, string file, string value)
    {
        if (File.Exists(Path.Combine(directory, file)))
        {
            Write(directory, file, value);
        }
    }

    /// <summary>Null when the file is not there, or the group has just gone.</summary>
    public static string? Read(string directory, string file)
    {
        var path = $"{directory}/{file}";
        Span<byte> start = stackalloc byte[4096];
        var length = Containers.Native.ReadStart(path, start);
        if (length < start.Length)
        {
            return length < 0 ? null : Encoding.UTF8.GetString(start[..length]);
        }
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Makes a group's directory, or takes the one that is there; nearly always the one above it is.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The agent has no right to.</exception>
    public static void MakeDirectory(string path)
    {
        if (!Containers.Native.MakeDirectory(path))
        {
            Directory.CreateDirectory(path);
        }
    }

    /// <summary>Null also for <c>max</c> and for what the first version writes instead of it, a number near 2^63.</summary>
    public static long? Number(string directory, string file)
    {
        const long unlimited = long.MaxValue / 2;
        return Read(directory, file) is { } text
            && long.TryParse(text.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number < unlimited
            ? number
            : null;
    }

    public static long? Value(string? lines, string name)
    {
        foreach (var line in lines.AsSpan().EnumerateLines())
        {
            if (line.Length > name.Length && line[name.Length] == ' ' && line.StartsWith(name, StringComparison.Ordinal)
                && long.TryParse(line[(name.Length + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }
        }
        return null;
    }

    public static int Count(string? lines) => lines.AsSpan().Count('\n');

    public static IEnumerable<int> Pids(string? lines)
    {
        foreach (var line in (lines ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0)
            {
                yield return pid;
            }
        }
    }

    /// <summary>Removes a group's directory, which holds only the kernel's files, with the groups within.</summary>
    public static bool RemoveTree(string directory)
    {
        // Nearly always there is none within.
        if (Containers.Native.RemoveDirectory(directory))
        {
            return true;
        }
        try
        {
            if (!Directory.Exists(directory))
            {
                return true;
            }
            foreach (var inner in Directory.EnumerateDirectories(directory))
            {
                if (!RemoveTree(inner))
                {
                    return false;
                }
            }
            return Containers.Native.RemoveDirectory(directory);
        }
        catch (IOException)
        {
            return !Directory.Exists(directory);
        }
    }
}
