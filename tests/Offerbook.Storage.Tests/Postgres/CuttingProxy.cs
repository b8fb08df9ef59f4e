using System.Net;
using System.Net.Sockets;

namespace Offerbook.Storage.Tests.Postgres;

/// <summary>What becomes of the next thing that a client says, and of its connection.</summary>
internal enum Fate
{
    Passes,

    /// <summary>It never arrives; the client's connection is reset.</summary>
    Lost,

    /// <summary>It arrives, and the client's connection is reset before the answer does.</summary>
    Done,

    /// <summary>
    /// The client's connection is reset; the server gets it when the test says so, over the old connection, which it still believes in.
    /// </summary>
    Delayed,

    /// <summary>The server gets half of it and waits for the rest; the client's connection is reset.</summary>
    Half,
}

/// <summary>Stands between a journal and its database, on loopback, and cuts connections at the instants that matter.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private readonly CancellationTokenSource _closing = new();
    private readonly List<Socket> _sockets = [];
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Fate _next;
    private int _after;
    private bool _refuses;
    private Socket? _delayed;

    public CuttingProxy(int server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Completes when the fate has come over somebody.</summary>
    public TaskCompletionSource Struck { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when what was delayed has reached the server and the server has answered, or closed the connection.</summary>
    public TaskCompletionSource Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>New connections are cut at once, as by a network that is gone.</summary>
    public bool Refuses
    {
        get => Volatile.Read(ref _refuses);
        set => Volatile.Write(ref _refuses, value);
    }

    /// <param name="after">Bytes from the client that pass before.</param>
    public void Strike(Fate fate, int after = 0)
    {
        lock (_lock)
        {
            (_next, _after) = (fate, after);
            Struck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Lets what was delayed go on to the server.</summary>
    public void Release() => _release.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        lock (_lock)
        {
            _sockets.ForEach(socket => socket.Dispose());
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_closing.Token);
                if (Refuses)
                {
                    Reset(client);
                    continue;
                }
                var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                lock (_lock)
                {
                    _sockets.AddRange([client, server]);
                }
                await server.ConnectAsync(IPAddress.Loopback, _server, _closing.Token);
                _ = RequestsAsync(client, server);
                _ = AnswersAsync(client, server);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed, or the server is gone and the client's connection with it.
        }
    }

    private async Task RequestsAsync(Socket client, Socket server)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await client.ReceiveAsync(buffer)) > 0)
            {
                switch (FateOf(read))
                {
                    case Fate.Passes:
                        await server.SendAsync(buffer.AsMemory(0, read));
                        break;
                    case Fate.Lost:
                        Reset(client);
                        Reset(server);
                        break;
                    case Fate.Done:
                        await server.SendAsync(buffer.AsMemory(0, read));
                        Reset(client);
                        break;
                    case Fate.Delayed:
                        Volatile.Write(ref _delayed, client);
                        Reset(client);
                        await _release.Task;
                        await server.SendAsync(buffer.AsMemory(0, read));
                        break;
                    case Fate.Half:
                        await server.SendAsync(buffer.AsMemory(0, read / 2));
                        Reset(client);
                        break;
                }
            }
            server.Shutdown(SocketShutdown.Send);
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // Cut, by the fate above or by the other side.
        }
    }

    private async Task AnswersAsync(Socket client, Socket server)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await server.ReceiveAsync(buffer)) > 0)
            {
                NoteAnswer(client);
                await client.SendAsync(buffer.AsMemory(0, read));
            }
            client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The server is gone: the client is to hear of it. If it was the client that went, this changes nothing.
            NoteAnswer(client);
            Reset(client);
        }
    }

    private void NoteAnswer(Socket client)
    {
        if (ReferenceEquals(Volatile.Read(ref _delayed), client))
        {
            Arrived.TrySetResult();
        }
    }

    private Fate FateOf(int bytes)
    {
        lock (_lock)
        {
            if (_next == Fate.Passes || (_after -= bytes) >= 0)
            {
                return Fate.Passes;
            }
            var fate = _next;
            _next = Fate.Passes;
            Struck.TrySetResult();
            return fate;
        }
    }

    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }
}
