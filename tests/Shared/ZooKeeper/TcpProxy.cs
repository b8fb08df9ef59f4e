using System.Net;
using System.Net.Sockets;

namespace Offerbook.Testing.ZooKeeper;

/// <summary>Forwards connections on a loopback port of its own to another one, as long as it is healthy.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Lock _lock = new();
    private readonly HashSet<Socket> _open = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private TaskCompletionSource? _frozen;
    private bool _isCut;
    private long _delay;

    public TcpProxy(int targetPort)
    {
        _target = targetPort;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>
    /// What each piece waits for on its way to the server: a slow network, or what is behind it. May be changed while connections are open.
    /// </summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _delay));
        set => Volatile.Write(ref _delay, value.Ticks);
    }

    /// <summary>How many connections go through it.</summary>
    public int Connections
    {
        get
        {
            lock (_lock)
            {
                return _open.Count / 2;
            }
        }
    }

    /// <summary>Breaks all connections, and every new one at once, as a machine does that is up and has no server.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            _isCut = true;
            foreach (var socket in _open)
            {
                socket.Close(0);
            }
        }
    }

    /// <summary>Lets nothing through and breaks nothing, as a network does that drops packets; what is on its way arrives later.</summary>
    public void Freeze()
    {
        lock (_lock)
        {
            _frozen ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Heal()
    {
        lock (_lock)
        {
            _isCut = false;
            _frozen?.SetResult();
            _frozen = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Cut();
        Heal();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It is being disposed.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            lock (_lock)
            {
                if (_isCut)
                {
                    client.Close(0);
                    return;
                }
                _open.Add(client);
                _open.Add(server);
            }
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target);
                await Task.WhenAny(PumpAsync(client, server, isDelayed: true), PumpAsync(server, client, isDelayed: false));
            }
            catch (SocketException)
            {
                // The server is down: the client sees its connection broken.
            }
            finally
            {
                lock (_lock)
                {
                    _open.Remove(client);
                    _open.Remove(server);
                }
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool isDelayed)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer)) > 0)
            {
                Task? frozen;
                lock (_lock)
                {
                    frozen = _frozen?.Task;
                }
                if (isDelayed && Delay > TimeSpan.Zero)
                {
                    await Task.Delay(Delay);
                }
                if (frozen is not null)
                {
                    await frozen;
                }
                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // One of the two has ended the connection.
        }
    }
}
