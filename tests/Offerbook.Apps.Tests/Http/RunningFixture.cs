using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Apps.Core;
using Offerbook.Apps.Hosting;
using Offerbook.Apps.Http;
using Offerbook.Apps.Http.Events;
using Offerbook.Apps.Http.Logs;
using Offerbook.Apps.Tests.Rig;

namespace Offerbook.Apps.Tests.Http;

/// <summary>The real HTTP server before a core under virtual time, whose scripted master launches what it is asked to: requests are
/// answered when everything that follows from them at once has happened.</summary>
public abstract class RunningFixture : HttpFixture
{
    private readonly Lock _lock = new();
    private EventHub _events = null!;
    private AppsWeb _web = null!;
    private CoreGate _gate = null!;
    private int _answered;
    private int _told;

    protected AppsRig Rig { get; private set; } = null!;

    protected virtual AppsSettings Settings => AppsSettings.Default with { MinReviveInterval = TimeSpan.Zero };

    [SetUp]
    public async Task StartAsync()
    {
        Rig = new AppsRig(Settings);
        (_answered, _told) = (0, 0);
        _gate = new CoreGate();
        _events = new EventHub(TimeProvider.System);
        var options = new AppsOptions("/nowhere", [new Uri("http://127.0.0.1:1")]) { Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        _web = new AppsWeb(options, _gate, _events, new LogLevels(NullLoggerFactory.Instance, TimeProvider.System), new RigTime(Rig));
        await _web.ListenAsync(CancellationToken.None);
        _gate.Open(Post);
        Connect(_web.Address);
        Do(() => { });
    }

    [TearDown]
    public async Task StopAsync()
    {
        Disconnect();
        _gate.Close();
        await _web.DisposeAsync();
        await _events.DisposeAsync();
    }

    /// <summary>Does something to the core or its master, and everything that follows from it.</summary>
    protected void Do(Action action)
    {
        lock (_lock)
        {
            action();
            Rig.Run();
            _gate.View = Rig.View;
            for (; _told < Rig.Events.Count; _told++)
            {
                _events.Publish(Rig.Events[_told]);
            }
            for (; _answered < Rig.Replies.Count; _answered++)
            {
                _gate.Answer(Rig.Replies[_answered]);
            }
        }
    }

    /// <summary>The rig's clock for those who tell the time.</summary>
    private sealed class RigTime(AppsRig rig) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => rig.Now.Wall;
    }

    private bool Post(AppsMessage message)
    {
        Do(() => Rig.Post(message));
        return true;
    }
}
