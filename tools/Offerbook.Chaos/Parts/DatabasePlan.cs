using Offerbook.Chaos.Hosts;

namespace Offerbook.Chaos.Parts;

/// <summary>A PostgreSQL server of Debian's package, as the user that the package made. Its data lie on a small file system that can be
/// filled.</summary>
internal static class DatabasePlan
{
    private const string User = "postgres";
    private const string Programs = "/usr/lib/postgresql";

    /// <summary>Write-ahead log of 64 MB, the system's catalogues, and the journals of an hour.</summary>
    private const string Size = "400m";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="HostException">The package is not installed.</exception>
    public static async Task<ChildStart> PrepareAsync(Site site, Machine machine)
    {
        var programs = Directory.Exists(Programs) ? Directory.EnumerateDirectories(Programs).Order().LastOrDefault() : null;
        if (programs is null)
        {
            throw new HostException($"{Programs} is missing: install the package postgresql");
        }
        var disk = await SmallDisk.MountAsync(Path.Combine(machine.Directory, "disk"), Size);
        var data = Path.Combine(disk, "data");
        await UserSpace.GiveAsync(disk, User);
        string[] user = UserSpace.As(User);
        await Command.RunAsync(user[0],
        [
            .. user[1..], Path.Combine(programs, "bin/initdb"), "--pgdata", data, "--auth", "trust", "--username", "offerbook",
            "--encoding", "UTF8", "--no-locale", "--no-sync",
        ]);
        await File.AppendAllLinesAsync(Path.Combine(data, "pg_hba.conf"), ["host all all 10.99.0.0/24 trust"]);
        await File.AppendAllLinesAsync(Path.Combine(data, "postgresql.conf"),
        [
            $"listen_addresses = '{machine.Address}'", $"port = {PartPlan.DatabasePort}", $"unix_socket_directories = '{disk}'",
            "shared_buffers = 32MB", "max_wal_size = 64MB", "min_wal_size = 32MB", "wal_keep_size = 0",
            "tcp_keepalives_idle = 5", "tcp_keepalives_interval = 2", "tcp_keepalives_count = 3", "tcp_user_timeout = 10000",
        ]);
        return new ChildStart(Path.Combine(programs, "bin/postgres"), ["-D", data]) 
        {
            User = User,
            Environment = Preloads.DiskOnly(site, machine),
        };
    }

    /// <summary>One for each kind of part, as an installation would have it.</summary>
    public static async Task CreateDatabasesAsync(Machine machine)
    {
        foreach (var name in new[] { "master", "apps", "batch" })
        {
            var problem = "";
            if (!await Polling.HoldsAsync(async () => (problem = await CreateAsync(machine, name)) is null, Patience))
            {
                throw new HostException($"PostgreSQL did not come up: {problem}");
            }
        }
    }

    /// <returns>What went wrong; null: it is there.</returns>
    private static async Task<string?> CreateAsync(Machine machine, string name)
    {
        var (status, output) = await Command.TryAsync("psql", "-h", Path.Combine(machine.Directory, "disk"), "-p",
            $"{PartPlan.DatabasePort}", "-U", "offerbook", "-d", "postgres", "-c", $"create database {name}");
        return status == 0 ? null : output;
    }
}
