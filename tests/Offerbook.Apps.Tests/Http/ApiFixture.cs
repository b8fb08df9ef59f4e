using System.Net;
using Offerbook.Apps.Core;
using Offerbook.Apps.Hosting;

namespace Offerbook.Apps.Tests.Http;

/// <summary>A real Apps framework on a free port, whose master is not there: everything but launching works.</summary>
public abstract class ApiFixture : HttpFixture
{
    private string _directory = "";
    private AppsHost _host = null!;

    protected AppsHost Host => _host;

    protected string DataDirectory => _directory;

    /// <summary>Where backups may go; null: nowhere.</summary>
    protected string? BackupDirectory { get; set; }

    protected virtual AppsSettings Settings => AppsSettings.Default;

    [SetUp]
    public async Task StartAsync()
    {
        _directory = Directory.CreateTempSubdirectory("offerbook-apps-").FullName;
        await RestartAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        Disconnect();
        await _host.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        BackupDirectory = null;
    }

    protected async Task RestartAsync(ApiOptions? api = null)
    {
        if (_host is not null)
        {
            Disconnect();
            await _host.DisposeAsync();
        }
        // Port 1 of loopback: nothing listens there.
        _host = await AppsHost.StartAsync(new AppsOptions(_directory, [new Uri("http://127.0.0.1:1")])
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Api = api ?? ApiOptions.Default,
            Settings = Settings,
            Role = Settings.Role,
            BackupDirectory = BackupDirectory,
        });
        Connect(_host.Address);
    }
}
