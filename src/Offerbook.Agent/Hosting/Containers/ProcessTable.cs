using System.Buffers.Text;
using System.Globalization;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>What /proc says of processes.</summary>
internal static class ProcessTable
{
    /// <summary>Null when there is no such process.</summary>
    public static ProcessStat? Read(int pid)
    {
        Span<byte> buffer = stackalloc byte[1024];
        var length = Native.ReadStart($"/proc/{pid}/stat", buffer);
        return length > 0 ? Parse(pid, buffer[..length]) : null;
    }

    /// <summary>The first process that a process has started and that still runs; null when there is none.</summary>
    public static int? FirstChild(int pid)
    {
        try
        {
            var children = File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', 2);
            return int.TryParse(children[0], NumberStyles.None, CultureInfo.InvariantCulture, out var child) ? child : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The name, the second field, is in parentheses and may hold anything: the fields are counted from the last one.</summary>
    private static ProcessStat? Parse(int pid, ReadOnlySpan<byte> line)
    {
        const int stateField = 3;
        const int sessionField = 6;
        const int startField = 22;

        var end = line.LastIndexOf((byte)')');
        if (end < 0 || end + 2 >= line.Length)
        {
            return null;
        }
        var fields = line[(end + 2)..];
        var ended = fields[0] is (byte)'Z' or (byte)'X';
        var session = 0;
        long start = 0;
        var number = stateField;
        foreach (var range in fields.Split((byte)' '))
        {
            if (number == sessionField)
            {
                Utf8Parser.TryParse(fields[range], out session, out _);
            }
            else if (number == startField)
            {
                Utf8Parser.TryParse(fields[range], out start, out _);
                break;
            }
            number++;
        }
        return new ProcessStat(pid, ended, session, start);
    }
}

/// <param name="Ended">A zombie, or on its way out.</param>
internal readonly record struct ProcessStat(int Pid, bool Ended, int Session, long Start);
