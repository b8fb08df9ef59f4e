using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Offerbook.Chaos.Hosts;

/// <summary>Measures what is between two machines, from outside of what makes the faults.</summary>
internal sealed class LinkProbe(Machine from, Machine to) : IDisposable
{
    /// <summary>Where nobody listens.</summary>
    private const int Port = 9;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly MachineSockets _near = new(from);
    private readonly MachineSockets _far = new(to);

    /// <returns>
    /// How long a packet took there and its answer back; null: nothing came within a second. Who hears a connection refuses it; who does
    /// not, says nothing.
    /// </returns>
    public async Task<TimeSpan?> RoundTripAsync()
    {
        using var socket = await _near.MakeAsync();
        using var limit = new CancellationTokenSource(Patience);
        var start = Stopwatch.GetTimestamp();
        try
        {
            await socket.ConnectAsync(to.Address, Port, limit.Token);
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return Stopwatch.GetElapsedTime(start);
        }
        catch (Exception silent) when (silent is SocketException or OperationCanceledException)
        {
            // Nobody is there, as far as can be heard.
        }
        return null;
    }

    /// <returns>Numbers of the datagrams sent one after the other, as they arrived within a second.</returns>
    public async Task<IReadOnlyList<int>> SendAsync(byte count)
    {
        using var near = await _near.MakeAsync(SocketType.Dgram);
        using var far = await _far.MakeAsync(SocketType.Dgram);
        far.Bind(new IPEndPoint(IPAddress.Any, Port));
        await near.ConnectAsync(to.Address, Port);
        for (byte i = 0; i < count; i++)
        {
            await near.SendAsync(new[] { i });
        }
        var (arrived, one) = (new List<int>(), new byte[1]);
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            while (arrived.Count < count && await far.ReceiveAsync(one, limit.Token) == 1)
            {
                arrived.Add(one[0]);
            }
        }
        catch (OperationCanceledException)
        {
            // The rest was lost.
        }
        return arrived;
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
    }
}
