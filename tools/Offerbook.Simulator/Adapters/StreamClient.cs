using Google.Protobuf;
using Offerbook.Actors;
using Offerbook.Simulator.Finding;
using Offerbook.Simulator.Network;

namespace Offerbook.Simulator.Adapters;

/// <summary>
/// The client half of the streaming pattern, the same for schedulers and agents: SUBSCRIBE opens a stream of events, calls are
/// POSTs that carry the stream's id and go out one after the other. It decides nothing; subscribing again is the core's business.
/// </summary>
public sealed class StreamClient
{
    /// <summary>How long the client waits for the answer to a call, or for the first frame of a stream.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Between two attempts to find a leader among several.</summary>
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);

    private readonly SimNetwork _network;
    private readonly string _name;
    private readonly LeaderFinder _finder;
    private readonly string _path;
    private readonly Queue<(string What, IMessage Call)> _calls = new();
    private SimExchange? _stream;
    private SimExchange? _call;
    private long _number;
    private int _attempt;
    private string? _streamId;
    private string _server = "";
    private Action? _waitsForLeader;
    private readonly SeededRandom _chance;

    public StreamClient(SimNetwork network, string name, LeaderFinder finder, string path)
    {
        (_network, _name, _finder, _path) = (network, name, finder, path);
        _chance = network.World.Seeds.For("attempts of " + name);
        finder.Changed = LeaderChanged;
    }

    public required Action<long, ReadOnlyMemory<byte>> EventArrived { get; init; }

    /// <summary>
    /// Another leads than the server of the stream. Null: the stream is closed, which <see cref="Ended"/> tells; else the core is told,
    /// and says itself what becomes of the stream.
    /// </summary>
    public Action? Elected { get; init; }

    /// <summary>The stream could not be opened or has ended; the status if it was refused.</summary>
    public required Action<long, int?, string> Ended { get; init; }

    /// <summary>A call was refused, or (status null) its fate is unknown.</summary>
    public required Action<long, IMessage, int?, string> CallFailed { get; init; }

    /// <summary>Most calls that ever waited for the one before them.</summary>
    public int DeepestQueue { get; private set; }

    /// <summary>Closes the subscription before, if any, and opens the next.</summary>
    public void Open(long number, string what, IMessage subscribe)
    {
        Drop();
        _number = number;
        Try(_attempt, number, what, subscribe, LeaderFinder.MaxRedirects, _network.World.Elapsed + Patience);
    }

    private void Try(int attempt, long number, string what, IMessage subscribe, int redirects, TimeSpan end)
    {
        if (attempt != _attempt)
        {
            return;
        }
        if (_finder.Current is not { } server)
        {
            WaitForLeader(number, () => Try(attempt, number, what, subscribe, redirects, end));
            return;
        }
        int? refused = null;
        var text = "";
        var isOpen = false;
        string? elsewhere = null;
        _server = server;
        _stream = _network.Send(_name, server, Frame(what, subscribe, streamId: null),
            frame =>
            {
                if (number != _number)
                {
                    return;
                }
                if (frame.Status == 200)
                {
                    isOpen = true;
                    _streamId = frame.StreamId;
                    SendNext();
                }
                else if (frame.Status == 307)
                {
                    elsewhere = frame.Location;
                }
                else if (frame.Status != 0)
                {
                    (refused, text) = (frame.Status, frame.Text);
                }
                else
                {
                    EventArrived(number, frame.Body);
                }
            },
            reason =>
            {
                if (attempt != _attempt)
                {
                    return;
                }
                Cut();
                if (elsewhere is not null)
                {
                    _finder.Redirected(elsewhere);
                }
                else if (refused is null or 503)
                {
                    _finder.Failed(server);
                }
                if (elsewhere is not null && redirects > 0)
                {
                    Try(attempt, number, what, subscribe, redirects - 1, end);
                    return;
                }
                // While several may lead the attempt goes on in here, so that the core's back-off does not outlast an election.
                if (_finder.AreSeveral && !isOpen && (elsewhere is not null || refused is null or 503) && _network.World.Elapsed < end)
                {
                    _network.World.Schedule(MaxPause * _chance.NextDouble(), null,
                        () => Try(attempt, number, what, subscribe, LeaderFinder.MaxRedirects, end));
                    return;
                }
                Ended(number, refused == 503 ? null : refused, refused is null ? reason : text);
            },
            Patience);
    }

    private void WaitForLeader(long number, Action open)
    {
        _waitsForLeader = open;
        _network.World.Schedule(Patience, null, () =>
        {
            if (_waitsForLeader == open && number == _number)
            {
                _waitsForLeader = null;
                Ended(number, null, "no leader is known");
            }
        });
    }

    /// <summary>The election has a new leader: whoever held the stream until now holds it no longer.</summary>
    private void LeaderChanged()
    {
        if (_finder.Current is not { } leader)
        {
            return;
        }
        if (_waitsForLeader is { } open)
        {
            _waitsForLeader = null;
            open();
        }
        else if (leader != _server && Elected is not null)
        {
            Elected();
        }
        else if (_stream is not null && leader != _server)
        {
            var number = _number;
            Drop();
            Ended(number, null, $"{leader} leads now");
        }
    }

    public void Close(long number)
    {
        if (number == _number)
        {
            Drop();
        }
    }

    public void Send(long number, string what, IMessage call)
    {
        if (number != _number || _stream is null)
        {
            return;
        }
        _calls.Enqueue((what, call));
        DeepestQueue = Math.Max(DeepestQueue, _calls.Count);
        SendNext();
    }

    /// <summary>The process has died, or the connection is not wanted any more.</summary>
    public void Drop()
    {
        _attempt++;
        Cut();
    }

    private void Cut()
    {
        _calls.Clear();
        _stream?.Abort();
        _call?.Abort();
        (_stream, _call, _streamId, _waitsForLeader) = (null, null, null, null);
    }

    private void SendNext()
    {
        if (_call is not null || _streamId is null || !_calls.TryDequeue(out var next))
        {
            return;
        }
        var number = _number;
        int? status = null;
        var text = "";
        _call = _network.Send(_name, _server, Frame(next.What, next.Call, _streamId),
            frame => (status, text) = (frame.Status, frame.Text),
            reason =>
            {
                _call = null;
                if (status is not (>= 200 and < 300))
                {
                    CallFailed(number, next.Call, status, status is null ? reason : text);
                }
                SendNext();
            },
            Patience);
    }

    private SimFrame Frame(string what, IMessage call, string? streamId) =>
        new(what, call.ToByteArray(), StreamId: streamId) { Path = _path };
}
