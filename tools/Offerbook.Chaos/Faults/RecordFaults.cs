using Microsoft.Data.Sqlite;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Faults;

/// <summary>What an agent has written down, torn at its end, damaged in its middle, or wanted by two at a time; flushes that
/// fail.</summary>
internal static class RecordFaults
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SyncHold = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RefusalPatience = TimeSpan.FromSeconds(20);

    /// <summary>Part of a frame of the log, as a machine leaves it that loses its power in the middle of a write.</summary>
    private const int TornBytes = 2_000;

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("agent-record-torn", [18, 27], TimeSpan.FromSeconds(1), _ => true, setting => TearAsync(setting.Any(setting.Cluster.Agents))),
        new("agent-record-damaged", [18, 27], Hold, _ => true, setting => DamageAsync(setting.Any(setting.Cluster.Agents))),
        new("second-on-the-file", [30], TimeSpan.FromSeconds(1), _ => true, SecondAsync),
        new("agent-syncs-fail", [28], SyncHold, CanOrder, setting => Task.FromResult(FailSyncs(setting.Any(setting.Cluster.Agents)))),
        new("agent-syncs-slowly", [26], SyncHold, CanOrder, setting => Task.FromResult(SlowSyncs(setting.Any(setting.Cluster.Agents)))),
        new("database-syncs-fail", [28, 29], SyncHold, HasDatabase, setting => Task.FromResult(FailSyncs(setting.Cluster.Database!))),
        new("database-syncs-slowly", [26], TimeSpan.FromSeconds(15), HasDatabase,
            setting => Task.FromResult(SlowSyncs(setting.Cluster.Database!))),
    ];

    private static bool CanOrder(ChaosCluster cluster) => SyncOrders.CanGive(cluster.Agents[0].Machine);

    private static bool HasDatabase(ChaosCluster cluster) => cluster.Database is not null && CanOrder(cluster);

    private static string FileOf(Part agent) => Path.Combine(ChaosCluster.DiskOf(agent)!, "work", "meta", "agent.db");

    /// <summary>The log goes on behind its last whole frame with what never became one. Nothing that was kept may be missing
    /// then.</summary>
    private static async Task<MadeFault> TearAsync(Part agent)
    {
        await agent.KillAsync();
        var log = FileOf(agent) + "-wal";
        var bytes = await File.ReadAllBytesAsync(log);
        var torn = bytes.Length > TornBytes ? bytes[^TornBytes..] : bytes;
        await using (var file = new FileStream(log, FileMode.Append, FileAccess.Write))
        {
            await file.WriteAsync(torn);
        }
        return new MadeFault($"kill -9 {agent.Name}, and {torn.Length} bytes of a torn frame behind its log of {bytes.Length}",
            agent.StartAsync)
        {
            LostHosts = [agent.Machine.Name],
        };
    }

    /// <summary>One event of the middle is not what it was: it must refuse to start and name it. Later the file is put back.</summary>
    private static async Task<MadeFault> DamageAsync(Part agent)
    {
        await agent.KillAsync();
        var (file, kept) = (FileOf(agent), Directory.CreateDirectory(Path.Combine(agent.Machine.Directory, "kept")).FullName);
        foreach (var path in Directory.EnumerateFiles(Path.GetDirectoryName(file)!, "agent.db*"))
        {
            File.Copy(path, Path.Combine(kept, Path.GetFileName(path)), overwrite: true);
        }
        var sequence = DamageEvent(file);
        agent.MayExit = true;
        await agent.StartAsync();
        return new MadeFault($"event {sequence} in the journal of {agent.Name} damaged", async () =>
        {
            await agent.KillAsync();
            foreach (var path in Directory.EnumerateFiles(Path.GetDirectoryName(file)!, "agent.db*").ToList())
            {
                File.Delete(path);
            }
            foreach (var path in Directory.EnumerateFiles(kept))
            {
                File.Move(path, Path.Combine(Path.GetDirectoryName(file)!, Path.GetFileName(path)));
            }
            agent.MayExit = false;
            await agent.StartAsync();
        })
        {
            LostHosts = [agent.Machine.Name],
            JudgeAsync = () => Task.FromResult<IReadOnlyList<string>>(
                agent.Tail().Contains($"Event {sequence} of 'agent'", StringComparison.Ordinal)
                && agent.Tail().Contains("is damaged: its checksum does not match", StringComparison.Ordinal)
                    ? [] : [$"{agent.Name} did not name its damaged event {sequence}: {agent.Tail()}"]),
        };
    }

    /// <returns>The number of the first event behind the newest snapshot: each start reads it.</returns>
    private static long DamageEvent(string file)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        using var find = connection.CreateCommand();
        find.CommandText = "SELECT min(sequence) FROM events WHERE sequence > (SELECT coalesce(max(sequence), 0) FROM snapshots)";
        var sequence = Convert.ToInt64(find.ExecuteScalar() is DBNull or null ? 0 : find.ExecuteScalar());
        using var damage = connection.CreateCommand();
        damage.CommandText = "UPDATE events SET payload = zeroblob(length(payload) + 1) WHERE sequence = $sequence";
        damage.Parameters.AddWithValue("$sequence", sequence);
        damage.ExecuteNonQuery();
        return sequence;
    }

    private static Task<MadeFault> SecondAsync(FaultSetting setting)
    {
        // Whose journal is a file: agents always, the others where there is no database.
        var cluster = setting.Cluster;
        var part = setting.Any([.. cluster.Agents, .. cluster.Layout.HasElection ? [] : cluster.Masters.Concat(cluster.Apps)
            .Concat(cluster.Batches)]);
        return Task.FromResult(new MadeFault($"a second {part.Name} on the first one's file", () => Task.CompletedTask)
        {
            JudgeAsync = async () =>
            {
                var (status, said) = await part.TrySecondAsync(RefusalPatience);
                return status is > 0 and < 128 && said.Contains("is in use by another process", StringComparison.Ordinal)
                    ? [] : [$"the second {part.Name} {(status is null ? "went on" : $"ended with {status}")}: {said}"];
            },
        });
    }

    /// <summary>What is not known to be on disk must not be relied on: the process ends, and what it starts with is what the disk
    /// has.</summary>
    private static MadeFault FailSyncs(Part part)
    {
        part.MayExit = true;
        var (before, process) = (SyncOrders.Failed(part.Machine), part.Process);
        SyncOrders.Give(part.Machine, SyncOrders.Fail);
        return new MadeFault($"flushes of {part.Name} to disk fail", async () =>
        {
            SyncOrders.Give(part.Machine, SyncOrders.Obey);
            await part.StartAsync();
        })
        {
            LostHosts = part.Role == Role.Agent ? [part.Machine.Name] : [],
            JudgeAsync = () => Task.FromResult<IReadOnlyList<string>>(
                part.Process == process && SyncOrders.Failed(part.Machine) is var failed && failed > before
                    ? [$"{part.Name} goes on after {failed - before} failed flushes"] : []),
        };
    }

    private static MadeFault SlowSyncs(Part part)
    {
        SyncOrders.Give(part.Machine, SyncOrders.Slow(Slow));
        return new MadeFault($"each flush of {part.Name} to disk takes {Slow.TotalSeconds:0} s", () =>
        {
            SyncOrders.Give(part.Machine, SyncOrders.Obey);
            return Task.CompletedTask;
        });
    }
}
