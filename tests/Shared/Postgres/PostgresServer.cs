using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Offerbook.Testing.Postgres;

/// <summary>
/// A real PostgreSQL on a free port of loopback, with its data in a temporary directory; it runs as another user when this process is
/// root, because the server refuses to. Started and stopped by its process id.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    public const string User = "offerbook";
    public const string Password = "pa:ss/word";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory;
    private readonly string[] _settings;
    private Process? _process;

    private PostgresServer(string directory, int port, string[] settings) => (_directory, Port, _settings) = (directory, port, settings);

    public int Port { get; }

    /// <summary>Of <paramref name="database"/>, with the password.</summary>
    public string Address(string database = "postgres", int? port = null, string options = "") =>
        $"postgres://{User}:{Uri.EscapeDataString(Password)}@127.0.0.1:{port ?? Port}/{database}?{options}";

    /// <param name="settings">As postgres takes them after -c, beyond what a test needs.</param>
    public static Task<PostgresServer> StartAsync(params string[] settings) => StartInAsync(Path.GetTempPath(), settings);

    /// <param name="parent">Where the server's directory is made.</param>
    public static async Task<PostgresServer> StartInAsync(string parent, params string[] settings)
    {
        var directory = Directory.CreateDirectory(Path.Combine(parent, "offerbook-postgres-" + Path.GetRandomFileName()),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        var password = Path.Combine(directory, "password");
        await File.WriteAllTextAsync(password, Password);
        if (System.Environment.UserName == "root")
        {
            await RunAsync("chown", "-R", "postgres", directory);
        }
        await RunAsync(
            AsServer("initdb", "-D", Path.Combine(directory, "data"), "-U", User, "-A", "scram-sha-256", "--pwfile", password, "--no-sync",
                "--locale=C", "-E", "UTF8"));
        var server = new PostgresServer(directory, FreePort(), settings);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>After <see cref="KillAsync"/>, on the same data and port.</summary>
    public async Task StartAgainAsync()
    {
        string[] settings = ["listen_addresses=127.0.0.1", $"port={Port}", $"unix_socket_directories={_directory}", "max_connections=60",
            "shared_buffers=32MB", .. _settings];
        var process = Process.Start(
            Quiet(AsServer("postgres",
                ["-D", Path.Combine(_directory, "data"), .. settings.SelectMany(setting => new[] { "-c", setting })])))!;
        var log = new List<string>();
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.ErrorDataReceived += (_, line) =>
        {
            lock (log)
            {
                log.Add(line.Data ?? "");
            }
            if (line.Data is null)
            {
                ready.TrySetException(new InvalidOperationException("PostgreSQL did not start: " + string.Join('\n', log)));
            }
            else if (line.Data.Contains("database system is ready to accept connections", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _process = process;
        await ready.Task.WaitAsync(Patience);
    }

    /// <summary>
    /// As kill -9 of its first process does: everything it has not written is gone, and its other processes end by themselves.
    /// </summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        // The others hold the port and the shared memory until they have noticed.
        await RunAsync("sh", "-c", "while pgrep -P \"$1\" >/dev/null 2>&1 || fuser \"$2\"/data/PG_VERSION >/dev/null 2>&1; do :; done",
            "wait", _process.Id.ToString(), _directory);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            // Fast: connections are cut. The signal goes to the first process only.
            await RunAsync("kill", "-INT", _process.Id.ToString());
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        Directory.Delete(_directory, recursive: true);
    }

    public string FileFor(string name) => Path.Combine(_directory, name);

    /// <summary>A file that only the server's user may read.</summary>
    public void WriteFile(string name, string text)
    {
        var path = FileFor(name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (System.Environment.UserName == "root")
        {
            RunAsync("chown", "postgres", path).GetAwaiter().GetResult();
        }
    }

    private static string[] AsServer(string program, params string[] arguments)
    {
        var path = Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin", program))
            .Last(File.Exists);
        return System.Environment.UserName == "root"
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", path, .. arguments]
            : [path, .. arguments];
    }

    private static ProcessStartInfo Quiet(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = "/" };
        start.Environment.Remove("PGPASSWORD");
        return start;
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(Quiet(command))!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Patience);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)}: {await output}{await errors}");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
