using System.Text.RegularExpressions;
using Offerbook.Cluster.Tests.Harness;
using Offerbook.Testing.Postgres;

namespace Offerbook.Cluster.Tests.Operating;

/// <summary>
/// One of a guide's machines: an address of loopback that is its own, a folder in place of the root for what is configured and kept, and
/// its units, each as one process. Commands are the guide's, in which nothing but these things is another.
/// </summary>
internal sealed partial class GuideMachine : IDisposable
{
    /// <summary>Of the part's unit: anybody without rights, who is on every machine.</summary>
    private const string User = "nobody";

    private readonly Func<int, string> _addressOf;
    private readonly PostgresServer _database;
    private readonly Dictionary<string, OfferbookProcess> _units = [];

    public GuideMachine(int number, string folder, Func<int, string> addressOf, PostgresServer database)
    {
        (Number, Folder, _addressOf, _database) = (number, folder, addressOf, database);
        foreach (var known in new[] { "etc/zookeeper/conf", "etc/systemd/system", "var/lib/zookeeper", "var/lib" })
        {
            Directory.CreateDirectory(Path.Combine(folder, known));
        }
        // What the package brings.
        File.Copy("/etc/zookeeper/conf/log4j.properties", Path.Combine(folder, "etc/zookeeper/conf/log4j.properties"));
    }

    public int Number { get; }

    public string Folder { get; }

    public string Address => _addressOf(Number);

    public OfferbookProcess Unit(string name) => _units[name];

    /// <summary>What its units have printed last.</summary>
    public string Units =>
        string.Join('\n', _units.Select(unit => $"{unit.Key}: {string.Join('\n', unit.Value.Output.Split('\n').TakeLast(15))}"));

    /// <summary>A text of the guide, for this machine.</summary>
    public string Here(string text)
    {
        // Names first: the folders have such names too.
        text = Names.Replace(text, match => _addressOf(match.ValueSpan[1] - '0'));
        text = Folders.Replace(text, match => Path.Combine(Folder, match.Value[1..]));
        return text.Replace("10.0.0.%s", Address[..Address.LastIndexOf('.')] + ".%s", StringComparison.Ordinal)
            .Replace("clientPort=2181", $"clientPort=2181\nclientPortAddress={Address}", StringComparison.Ordinal)
            .Replace("@db:5432/", $"@127.0.0.1:{_database.Port}/", StringComparison.Ordinal)
            // The server of the tests has a first user of that name already.
            .Replace("postgres://offerbook:", "postgres://cluster:", StringComparison.Ordinal)
            .Replace("postgres://offerbook@", "postgres://cluster@", StringComparison.Ordinal)
            .Replace("--pwprompt offerbook", "--pwprompt cluster", StringComparison.Ordinal)
            .Replace("--owner offerbook", "--owner cluster", StringComparison.Ordinal)
            .Replace("chown offerbook:", IsRoot ? $"chown {User}:" : "true", StringComparison.Ordinal)
            .Replace("chown -R zookeeper:", IsRoot ? "chown -R zookeeper:" : "true", StringComparison.Ordinal)
            .Replace("/usr/local/bin/offerbook", Path.Combine(AppContext.BaseDirectory, "offerbook"), StringComparison.Ordinal);
    }

    /// <summary>Runs commands as a shell does that stops at the first that fails.</summary>
    public async Task<(int Status, string Output)> RunAsync(string commands, string? input = null)
    {
        var environment = new Dictionary<string, string>
        {
            ["N"] = $"{Number}", ["PATH"] = $"{AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}",
            ["PGHOST"] = "127.0.0.1", ["PGPORT"] = $"{_database.Port}", ["PGUSER"] = PostgresServer.User,
            ["PGPASSWORD"] = PostgresServer.Password,
        };
        // A session of its own: what asks for passwords shall ask here, and not at somebody's terminal.
        using var shell = OfferbookProcess.StartOther("setsid", ["--wait", "bash", "-ec", Here(commands)], input, environment);
        var status = await shell.WaitForExitAsync(TimeSpan.FromMinutes(1));
        return (status, shell.Output);
    }

    /// <summary>Writes a unit where the guide says, and returns the file's name.</summary>
    public string Install(string path, string unit)
    {
        var file = Here(path);
        File.WriteAllText(file, Here(unit));
        return file;
    }

    /// <summary>Starts a unit's program with its environment, as its user, and in the folder that systemd would have made for it.</summary>
    public void Start(string file)
    {
        var settings = File.ReadLines(file).Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
            .ToLookup(pair => pair[0], pair => pair[1]);
        var environment = settings["EnvironmentFile"].SelectMany(File.ReadLines).Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        var command = settings["ExecStart"].Single().Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => Variable.Replace(word, match => environment[match.Groups[1].Value])).ToList();
        var user = settings["User"].Single() == "zookeeper" ? "zookeeper" : User;
        foreach (var state in settings["StateDirectory"])
        {
            var directory = Directory.CreateDirectory(Path.Combine(Folder, "var/lib", state)).FullName;
            if (IsRoot)
            {
                using var chown = System.Diagnostics.Process.Start("chown", [$"{user}:", directory]);
                chown.WaitForExit();
            }
        }
        if (IsRoot)
        {
            command = ["setpriv", $"--reuid={user}", $"--regid={(user == User ? "nogroup" : user)}", "--clear-groups", "--inh-caps=-all",
                "--", .. command];
        }
        _units[Path.GetFileNameWithoutExtension(file)] = OfferbookProcess.StartOther(command[0], command.Skip(1), environment: environment);
    }

    public void Dispose()
    {
        foreach (var unit in _units.Values)
        {
            unit.Dispose();
        }
    }

    private static bool IsRoot => Environment.UserName == "root";

    [GeneratedRegex(@"(?<![\w.])/(?:etc/(?:zookeeper|offerbook|systemd)|var/lib)(?=/|\b)")]
    private static partial Regex Folders { get; }

    [GeneratedRegex(@"\bm[123]\b")]
    private static partial Regex Names { get; }

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Variable { get; }
}
