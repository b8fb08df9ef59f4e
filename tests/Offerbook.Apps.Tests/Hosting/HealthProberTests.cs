using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Apps.Hosting;

namespace Offerbook.Apps.Tests.Hosting;

/// <summary>Probes on a real network.</summary>
public sealed class HealthProberTests
{
    /// <summary>The server takes the connection and the request, and says nothing.</summary>
    [Test]
    [Property("case", 7)]
    public async Task Answer_ThatComesTooLate_IsNone()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var results = Channel.CreateUnbounded<AppsMessage>();
        await using var prober = new HealthProber((message, stop) => results.Writer.WriteAsync(message, stop), TimeProvider.System);
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        prober.Start(new RunHealthCheck(7, new HealthProbe.Http("127.0.0.1", port, TimeSpan.FromMilliseconds(50), Tls: false, "/")));
        var finished = (AppsMessage.HealthCheckFinished)await results.Reader.ReadAsync();
        Assert.That(finished.Result, Is.EqualTo(new ProbeResult.NoAnswer($"no answer from 127.0.0.1:{port} within 0.05 s")));
    }
}
