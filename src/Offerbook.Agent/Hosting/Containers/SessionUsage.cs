using System.Globalization;
using Mesos.V1;

namespace Offerbook.Agent.Hosting.Containers;

/// <summary>
/// What sessions use, summed up from /proc: ended children count only as far as their parents have collected them. Reading all of
/// /proc takes milliseconds, so one reading serves all questions of a second.
/// </summary>
internal sealed class SessionUsage(TimeProvider time)
{
    private const double TicksPerSecond = 100;

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Dictionary<int, Sum> _sums = [];
    private long? _readAt;

    public void Fill(int session, ResourceStatistics statistics)
    {
        Sum sum;
        lock (_lock)
        {
            if (_readAt is not { } read || time.GetElapsedTime(read) >= Freshness)
            {
                _sums = ReadAll();
                _readAt = time.GetTimestamp();
            }
            sum = _sums.GetValueOrDefault(session);
        }
        statistics.Processes = (uint)sum.Processes;
        statistics.Threads = (uint)sum.Threads;
        if (!statistics.HasCpusUserTimeSecs)
        {
            statistics.CpusUserTimeSecs = sum.UserTicks / TicksPerSecond;
            statistics.CpusSystemTimeSecs = sum.SystemTicks / TicksPerSecond;
        }
        statistics.MemRssBytes = (ulong)(sum.Pages * System.Environment.SystemPageSize);
    }

    private static Dictionary<int, Sum> ReadAll()
    {
        var sums = new Dictionary<int, Sum>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out _)
                || Cgroups.GroupFiles.Read(directory, "stat") is not { } stat)
            {
                continue;
            }
            // Fields from the third on; the second, the name, is in parentheses and may hold anything.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            if (fields.Length < 22)
            {
                continue;
            }
            long Field(int number) =>
                long.TryParse(fields[number - 3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : 0;
            var session = (int)Field(6);
            var sum = sums.GetValueOrDefault(session);
            sums[session] = new Sum(sum.Processes + 1, sum.Threads + Field(20), sum.UserTicks + Field(14) + Field(16),
                sum.SystemTicks + Field(15) + Field(17), sum.Pages + Field(24));
        }
        return sums;
    }

    private readonly record struct Sum(long Processes, long Threads, long UserTicks, long SystemTicks, long Pages);
}
