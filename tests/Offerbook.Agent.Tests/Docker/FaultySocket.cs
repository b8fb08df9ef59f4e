using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Offerbook.Agent.Tests.Docker;

/// <summary>How a socket misbehaves with a request.</summary>
internal enum Fault
{
    /// <summary>The request reaches the engine; nothing comes back.</summary>
    HangAfter,

    /// <summary>The request does not reach the engine, and nothing comes back.</summary>
    HangBefore,

    /// <summary>The request reaches the engine; the connection is closed without a word.</summary>
    CutAfter,

    /// <summary>The connection is closed at once.</summary>
    CutBefore,

    /// <summary>The head of the answer and half of what else came at first, then the connection is closed.</summary>
    Half,

    /// <summary>Status 500 with words, without asking the engine.</summary>
    Status500,

    /// <summary>A good status, and a body that is no JSON.</summary>
    Garbage,

    /// <summary>The answer comes in small parts with pauses between.</summary>
    Slow,
}

/// <summary>
/// A socket in front of a real engine that misbehaves on purpose: for requests that match, so many times, in one of the ways above.
/// What answers say can be changed, and single events kept back. Everything else passes through unchanged, one connection a request.
/// </summary>
internal sealed class FaultySocket : IAsyncDisposable
{
    private readonly string _upstream;
    private readonly string _directory = Directory.CreateTempSubdirectory("offerbook-faulty-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Rule> _rules = [];
    private readonly List<(Regex Request, Regex Said, string Instead)> _replacements = [];
    private readonly List<string> _requests = [];
    private readonly HashSet<Socket> _open = [];
    private readonly Task _accepting;

    public FaultySocket(string upstream)
    {
        _upstream = upstream;
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen(512);
        _accepting = AcceptAsync();
    }

    public string Path => System.IO.Path.Combine(_directory, "s");

    /// <summary>Null: events pass as they come.</summary>
    public HeldEvents? Events { get; set; }

    /// <summary>First lines of all requests so far.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_rules)
            {
                return [.. _requests];
            }
        }
    }

    /// <param name="request">Matched against <c>METHOD /path?query</c>.</param>
    public void Misbehave(string request, Fault fault, int times = int.MaxValue)
    {
        lock (_rules)
        {
            _rules.Insert(0, new Rule(new Regex(request), fault) { Left = times });
        }
    }

    /// <summary>Changes what the engine answers, for good.</summary>
    /// <param name="instead">As long as what was said.</param>
    public void Replace(string request, string said, string instead)
    {
        lock (_rules)
        {
            _replacements.Add((new Regex(request), new Regex(said), instead));
        }
    }

    public void Behave()
    {
        lock (_rules)
        {
            _rules.Clear();
        }
    }

    /// <summary>Cuts every connection there is.</summary>
    public void CutAll()
    {
        lock (_rules)
        {
            foreach (var socket in _open)
            {
                socket.Dispose();
            }
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting.ContinueWith(_ => { }, TaskScheduler.Default);
        CutAll();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var client = await _listener.AcceptAsync(_stopping.Token);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var upstream = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        lock (_rules)
        {
            _open.Add(client);
            _open.Add(upstream);
        }
        try
        {
            var request = await ReadRequestAsync(client);
            if (request.Length == 0)
            {
                return;
            }
            var line = LineOf(request);
            await AnswerAsync(client, upstream, request, line, FaultFor(line));
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One of the two sides has gone, or the test is over.
        }
        finally
        {
            client.Dispose();
            lock (_rules)
            {
                _open.Remove(client);
                _open.Remove(upstream);
            }
        }
    }

    private async Task AnswerAsync(Socket client, Socket upstream, byte[] request, string line, Fault? fault)
    {
        switch (fault)
        {
            case Fault.CutBefore:
                return;
            case Fault.HangBefore:
                await Task.Delay(Timeout.Infinite, _stopping.Token);
                return;
            case Fault.Status500:
                await client.SendAsync(
                    "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 29\r\n\r\n{\"message\":\"out of its mind\"}\n"u8.ToArray());
                return;
            case Fault.Garbage:
                await client.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 12\r\n\r\n{\"Id\": <html"u8.ToArray());
                return;
        }
        await upstream.ConnectAsync(new UnixDomainSocketEndPoint(_upstream), _stopping.Token);
        await upstream.SendAsync(request, _stopping.Token);
        if (IsUpgrade(Encoding.ASCII.GetString(request)))
        {
            _ = PassOnAsync(client, upstream);
        }
        if (fault is null && Events is { } events && line.StartsWith("GET /events", StringComparison.Ordinal))
        {
            await events.PassOnAsync(client, upstream, _stopping.Token);
            return;
        }
        if (fault is null && ReplacementsFor(line) is { Count: > 0 } replacements)
        {
            await ChangeAsync(client, upstream, replacements);
            return;
        }
        var buffer = new byte[16 << 10];
        var first = true;
        while (await upstream.ReceiveAsync(buffer, _stopping.Token) is var read and > 0)
        {
            switch (fault)
            {
                case Fault.HangAfter:
                    await Task.Delay(Timeout.Infinite, _stopping.Token);
                    return;
                case Fault.CutAfter:
                    return;
                case Fault.Half when first:
                    var head = buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8) + 4;
                    await client.SendAsync(buffer.AsMemory(0, head + ((read - head) / 2)), _stopping.Token);
                    if (read > head)
                    {
                        return;
                    }
                    continue;
                case Fault.Half:
                    await client.SendAsync(buffer.AsMemory(0, read / 2), _stopping.Token);
                    return;
                case Fault.Slow:
                    for (var at = 0; at < read; at += 40)
                    {
                        await client.SendAsync(buffer.AsMemory(at, Math.Min(40, read - at)), _stopping.Token);
                        await Task.Delay(5, _stopping.Token);
                    }
                    continue;
            }
            first = false;
            await client.SendAsync(buffer.AsMemory(0, read), _stopping.Token);
        }
    }

    private async Task ChangeAsync(Socket client, Socket upstream, IReadOnlyList<(Regex Request, Regex Said, string Instead)> replacements)
    {
        using var whole = new MemoryStream();
        await using var stream = new NetworkStream(upstream);
        await stream.CopyToAsync(whole, _stopping.Token);
        var answer = Encoding.Latin1.GetString(whole.GetBuffer(), 0, (int)whole.Length);
        foreach (var (_, said, instead) in replacements)
        {
            answer = said.Replace(answer, instead);
        }
        if (answer.Length != whole.Length)
        {
            throw new InvalidOperationException("A changed answer must be as long as it was: its head tells lengths.");
        }
        await client.SendAsync(Encoding.Latin1.GetBytes(answer), _stopping.Token);
    }

    private List<(Regex Request, Regex Said, string Instead)> ReplacementsFor(string line)
    {
        lock (_rules)
        {
            return _replacements.FindAll(replacement => replacement.Request.IsMatch(line));
        }
    }

    /// <summary>What the client says on a connection that goes both ways, with its end.</summary>
    private async Task PassOnAsync(Socket client, Socket upstream)
    {
        var buffer = new byte[16 << 10];
        try
        {
            while (await client.ReceiveAsync(buffer, _stopping.Token) is var read and > 0)
            {
                await upstream.SendAsync(buffer.AsMemory(0, read), _stopping.Token);
            }
            upstream.Shutdown(SocketShutdown.Send);
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other direction has ended, and with it the connection.
        }
    }

    private static bool IsUpgrade(string head) => Regex.IsMatch(head, "(?im)^upgrade: ");

    private static string LineOf(byte[] request)
    {
        var text = Encoding.ASCII.GetString(request);
        return Regex.Replace(text[..text.IndexOf('\r')], " /v[0-9.]+/", " /").Replace(" HTTP/1.1", "");
    }

    private Fault? FaultFor(string line)
    {
        lock (_rules)
        {
            _requests.Add(line);
            if (_rules.Find(rule => rule.Left > 0 && rule.Request.IsMatch(line)) is not { } rule)
            {
                return null;
            }
            rule.Left--;
            return rule.Fault;
        }
    }

    /// <summary>Reads a request whole and asks for the connection to be closed after it.</summary>
    private async Task<byte[]> ReadRequestAsync(Socket client)
    {
        var all = new MemoryStream();
        var buffer = new byte[16 << 10];
        while (true)
        {
            var read = await client.ReceiveAsync(buffer, _stopping.Token);
            if (read == 0)
            {
                return [];
            }
            all.Write(buffer, 0, read);
            var text = Encoding.ASCII.GetString(all.GetBuffer(), 0, (int)all.Length);
            if (text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is var end and >= 0)
            {
                var length = Regex.Match(text[..end], "(?i)content-length: *([0-9]+)") is { Success: true } match
                    ? int.Parse(match.Groups[1].Value) : 0;
                if (all.Length >= end + 4 + length)
                {
                    if (IsUpgrade(text[..end]))
                    {
                        return all.ToArray();
                    }
                    return [.. Encoding.ASCII.GetBytes(text[..end] + "\r\nConnection: close\r\n\r\n"), .. all.ToArray().AsSpan(end + 4)];
                }
            }
        }
    }

    private sealed record Rule(Regex Request, Fault Fault)
    {
        public int Left { get; set; }
    }
}
