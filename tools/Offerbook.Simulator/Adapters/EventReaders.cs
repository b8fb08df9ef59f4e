using System.Globalization;
using Offerbook.Apps.Access;
using Offerbook.Apps.Core;
using Offerbook.Apps.Http.Events;
using Offerbook.Apps.Http.Rendering;
using Offerbook.Simulator.Network;

namespace Offerbook.Simulator.Adapters;

/// <summary>
/// The readers of one process's events, as production's stream of events serves them: what may wait for one of them, and what becomes
/// of one for whom more would, is production's <see cref="EventListener"/>; from where one goes on, its window.
/// </summary>
/// <param name="view">What readers see now, which is never older than the events that were handed out.</param>
internal sealed class EventReaders(Func<AppsView> view)
{
    public const string Path = "GET /v2/events";
    private const string State = "snapshot=true";
    private const string After = "last_event_id=";

    /// <summary>What the two ends of a connection hold for a reader that does not read: a few hundred KiB of frames.</summary>
    private const int MaxInFlight = 16;

    private static readonly EventFilter Everything = new([], [], [], null, Grants.Everything);

    private readonly AppPieces _pieces = new(TimeProvider.System);
    private readonly List<Reader> _readers = [];

    /// <summary>Defects, for mutation tests.</summary>
    public ReaderDefects Defects { get; set; }

    /// <summary>Readers for whom too much waited.</summary>
    public int Cuts { get; private set; }

    public static bool Serves(SimFrame request) => request.Path.StartsWith(Path, StringComparison.Ordinal);

    /// <param name="wantsState">Who knows nothing, or cannot go on, gets the state first.</param>
    public static string PathAfter(long? id, bool wantsState) => (id, wantsState) switch
    {
        (null, false) => Path,
        (null, true) => $"{Path}?{State}",
        ({ } last, false) => string.Create(CultureInfo.InvariantCulture, $"{Path}?{After}{last}"),
        ({ } last, true) => string.Create(CultureInfo.InvariantCulture, $"{Path}?{State}&{After}{last}"),
    };

    public void Open(SimExchange exchange, SimFrame request)
    {
        var now = view().State;
        var at = request.Path.IndexOf(After, StringComparison.Ordinal);
        long? after = at < 0 ? null : long.Parse(request.Path[(at + After.Length)..], CultureInfo.InvariantCulture);
        var wantsState = request.Path.Contains(State, StringComparison.Ordinal);
        var canGoOn = after is { } id && now.Events.Reaches(id, now.LastEventId);
        if (after is not null && !canGoOn && !wantsState)
        {
            exchange.Send(new SimFrame("410", default, 410));
            exchange.End();
            return;
        }
        exchange.Send(new SimFrame("200 events", default, 200));
        var position = canGoOn && !Defects.HasFlag(ReaderDefects.ForgetsTheWindow) ? after!.Value : now.LastEventId;
        var reader = new Reader(this, exchange, position - (canGoOn && Defects.HasFlag(ReaderDefects.RepeatsTheLast) ? 1 : 0));
        if (wantsState && !canGoOn)
        {
            foreach (var frame in StateFrames.Of(view(), Everything, _pieces))
            {
                exchange.Send(new SimFrame("state", frame));
            }
        }
        _readers.Add(reader);
        exchange.ClientGone = _ => _readers.Remove(reader);
        exchange.Taken = reader.Write;
        reader.CatchUp(now);
        reader.Write();
    }

    public void Publish(PublishEvent published)
    {
        var batch = new EventBatch([new EventFrame(published)]);
        foreach (var reader in _readers.ToArray())
        {
            reader.Listener.Offer(batch);
            reader.Write();
        }
    }

    /// <summary>The process has died, or its term is over.</summary>
    public void Clear() => _readers.Clear();

    private sealed class Reader(EventReaders all, SimExchange exchange, long position)
    {
        private readonly Queue<EventBatch> _missed = new();
        private long _position = position;

        public EventListener Listener { get; } = new();

        public void CatchUp(AppsState now)
        {
            foreach (var published in now.Events.After(_position))
            {
                _missed.Enqueue(new EventBatch([new EventFrame(published)]));
            }
        }

        public void Write()
        {
            while (exchange.ServerOpen && exchange.InFlight < MaxInFlight)
            {
                if (_missed.TryDequeue(out var missed))
                {
                    Write(missed);
                }
                else if (Listener.Batches.TryRead(out var batch))
                {
                    Write(batch);
                    Listener.Written(batch);
                }
                else
                {
                    CutIfTooSlow();
                    return;
                }
            }
        }

        private void Write(EventBatch batch)
        {
            var last = batch.Frames[^1].Id;
            if (last > _position)
            {
                _position = last;
                exchange.Send(new SimFrame(string.Create(CultureInfo.InvariantCulture, $"event {last}"), batch.Bytes));
            }
        }

        /// <summary>What was taken in before it was cut has been written by now.</summary>
        private void CutIfTooSlow()
        {
            if (Listener.Batches.Completion.IsCompleted)
            {
                all.Cuts++;
                all._readers.Remove(this);
                exchange.End("cut off for not reading");
            }
        }
    }
}
