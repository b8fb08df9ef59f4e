using System.Net.Sockets;
using System.Text;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Faults;

/// <summary>Clients that behave badly: some read nothing, some send too much.</summary>
internal static class ClientFaults
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(12);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("stalled-readers", [32], Hold, _ => true, StallAsync),
        new("request-flood", [33], Hold, _ => true, setting => Task.FromResult(Flood(setting))),
    ];

    /// <summary>Readers of both streams that never read: their connections are held open until the fault is healed.</summary>
    private static async Task<MadeFault> StallAsync(FaultSetting setting)
    {
        var sockets = new List<Socket>();
        foreach (var part in setting.Cluster.Apps)
        {
            for (var i = 0; i < 20; i++)
            {
                sockets.Add(await SendAsync(setting, part,
                    "GET /v2/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nLast-Event-ID: 0\r\n\r\n"));
            }
        }
        foreach (var part in setting.Cluster.Masters)
        {
            for (var i = 0; i < 20; i++)
            {
                sockets.Add(await SendAsync(setting, part,
                    "POST /api/v1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
                    + "Content-Length: 20\r\n\r\n{\"type\":\"SUBSCRIBE\"}"));
            }
        }
        return new MadeFault($"{sockets.Count} readers of events that read nothing", () =>
        {
            sockets.ForEach(socket => socket.Dispose());
            return Task.CompletedTask;
        });
    }

    private static MadeFault Flood(FaultSetting setting)
    {
        var stop = new CancellationTokenSource();
        var http = new HttpClient(setting.Cluster.Sockets.Handler()) { Timeout = TimeSpan.FromSeconds(10) };
        var (large, deep) = (new string('x', 10 << 20), new string('[', 100_000));
        var targets = setting.Cluster.Apps.Select(part => new Uri(part.Address, "v2/apps"))
            .Concat(setting.Cluster.Masters.Select(part => new Uri(part.Address, "api/v1"))).ToArray();
        var senders = Enumerable.Range(0, 16).Select(number => Task.Run(async () =>
        {
            for (var i = number; !stop.IsCancellationRequested; i++)
            {
                // Most are reads; some bodies are too large, too deep, or no document at all.
                using var request = new HttpRequestMessage(i % 4 == 0 ? HttpMethod.Post : HttpMethod.Get, targets[i % targets.Length]);
                if (i % 4 == 0)
                {
                    request.Content = new StringContent(i % 12 == 0 ? large : i % 8 == 0 ? deep : "{\"id\":", Encoding.UTF8,
                        "application/json");
                }
                try
                {
                    using var answer = await http.SendAsync(request, stop.Token);
                }
                catch (Exception refused) when (refused is HttpRequestException or OperationCanceledException or IOException)
                {
                    // A connection that is closed in the middle of a body is an answer too.
                }
            }
        })).ToList();
        return new MadeFault("16 clients that flood Apps and masters, with bodies of 10 MB and 100,000 levels among it", async () =>
        {
            await stop.CancelAsync();
            await Task.WhenAll(senders);
            http.Dispose();
            stop.Dispose();
        });
    }

    private static async Task<Socket> SendAsync(FaultSetting setting, Part part, string request)
    {
        var socket = await setting.Cluster.Sockets.MakeAsync();
        try
        {
            await socket.ConnectAsync(part.Machine.Address, part.Port).WaitAsync(TimeSpan.FromSeconds(2));
            await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        }
        catch (Exception down) when (down is SocketException or TimeoutException)
        {
            // That one is down: nothing to stall.
        }
        return socket;
    }
}
