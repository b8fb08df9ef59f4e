using System.Net.Sockets;
using System.Text;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>Passes an engine's events on, and keeps those of one kind back until they are let go.</summary>
/// <param name="action">Which are kept back.</param>
internal sealed class HeldEvents(string action)
{
    private readonly Lock _lock = new();
    private readonly List<(Socket Client, byte[] Event)> _held = [];
    private bool _isLetGo;

    /// <summary>How many are kept back.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _held.Count;
            }
        }
    }

    /// <summary>Sends what was kept back; from now on every event passes as it comes.</summary>
    public void LetGo()
    {
        lock (_lock)
        {
            _isLetGo = true;
            _held.ForEach(held => held.Client.Send(held.Event));
            _held.Clear();
        }
    }

    /// <summary>Passes the answer on: its head as it is, then one chunk for each event.</summary>
    public async Task PassOnAsync(Socket client, Socket upstream, CancellationToken cancellation)
    {
        await using var stream = new NetworkStream(upstream);
        using var reader = new StreamReader(stream);
        var isHead = true;
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (isHead)
            {
                client.Send(Encoding.UTF8.GetBytes($"{line}\r\n"));
                isHead = line.Length > 0;
            }
            else if (line.StartsWith('{'))
            {
                Send(client, line);
            }
        }
    }

    private void Send(Socket client, string line)
    {
        var chunk = Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetByteCount(line) + 1:x}\r\n{line}\n\r\n");
        lock (_lock)
        {
            if (!_isLetGo && line.Contains($"\"Action\":\"{action}\"", StringComparison.Ordinal))
            {
                _held.Add((client, chunk));
                return;
            }
            client.Send(chunk);
        }
    }
}
