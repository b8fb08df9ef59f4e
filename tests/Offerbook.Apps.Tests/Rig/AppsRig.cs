using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Client.Scheduling;
using Offerbook.Storage;
using Offerbook.Wire.Identity;

namespace Offerbook.Apps.Tests.Rig;

/// <summary>
/// An Apps core under virtual time with a journal in memory and a scripted master. Messages are handled one by one until nothing
/// is left to do; the invariants are checked after every turn, and the state against the fold of the journal when asked.
/// </summary>
public sealed class AppsRig
{
    private static readonly DateTimeOffset Epoch = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly Queue<AppsMessage> _mailbox = new();
    private readonly AppsSettings _settings;
    private readonly ulong _seed;
    private TimerQueue<AppsMessage> _timers = new();
    private long _connection;
    private int _lives;

    public AppsRig(AppsSettings? settings = null, ulong seed = 1, bool boot = true)
    {
        // Reviving at once keeps scenarios free of waits that they are not about.
        (_settings, _seed) = (settings ?? AppsSettings.Default with { MinReviveInterval = TimeSpan.Zero }, seed);
        Master = new FakeMaster(signal => _mailbox.Enqueue(new AppsMessage.MasterSignalled(signal)));
        Master.AddAgent("host-a");
        Master.AddAgent("host-b");
        if (boot)
        {
            Boot();
            Run();
        }
    }

    public AppsCore Core { get; private set; } = null!;

    public FakeMaster Master { get; }

    public List<JournalRecord> Journal { get; } = [];

    public Snapshot? Snapshot { get; private set; }

    public List<PublishEvent> Events { get; } = [];

    public List<Reply> Replies { get; } = [];

    public AppsView View { get; private set; } = AppsView.Empty;

    public TimeSpan Elapsed { get; private set; }

    /// <summary>By how much the clock on the wall is wrong.</summary>
    public TimeSpan WallOffset { get; set; }

    public Now Now => new(Elapsed, Epoch + Elapsed + WallOffset);

    /// <summary>Answers health and readiness probes; null answers later, by <see cref="Post"/>.</summary>
    public Func<HealthProbe, ProbeResult?> Probe { get; set; } = probe =>
        probe is HealthProbe.Http ? new ProbeResult.HttpAnswered(200, "OK") : new ProbeResult.Connected();

    /// <summary>Why secrets cannot be had, by their sources; the others can.</summary>
    public Dictionary<string, string> MissingSecrets { get; } = [];

    /// <summary>Called after every turn.</summary>
    public Action? TurnEnded { get; set; }

    /// <summary>Kills the process when the journal has so many events: before (or after) the effects of that turn have left.</summary>
    public (int Events, bool EffectsLeave)? CrashAt { get; set; }

    /// <summary>Kills the process when so many effects have left, counted from the first.</summary>
    public int? CrashAfterEffects { get; set; }

    /// <summary>Effects that have left so far, of all lives.</summary>
    public int EffectsLeft { get; private set; }

    public AppsState State => Core.State;

    /// <summary>Starts a process on what the journal holds.</summary>
    public void Boot()
    {
        _mailbox.Clear();
        _timers = new TimerQueue<AppsMessage>();
        Core = new AppsCore(_settings, new SeededRandom(_seed + (ulong)_lives++));
        var effects = new Effects();
        var after = Snapshot is null ? Journal.ToArray() : Journal.Skip((int)Snapshot.Sequence).ToArray();
        Core.Recover(new Recovery(Snapshot, after, Journal.Count), Now, effects);
        Perform(effects);
    }

    public void Post(AppsMessage message) => _mailbox.Enqueue(message);

    /// <summary>Handles everything that can be handled without time passing.</summary>
    public void Run()
    {
        for (var turns = 0; _mailbox.Count > 0 || Master.MakeOffers(); turns++)
        {
            Assert.That(turns, Is.LessThan(20_000), "the core and the master come to rest");
            if (_mailbox.TryDequeue(out var message))
            {
                Turn(message);
            }
        }
    }

    /// <summary>Lets time pass, timer by timer.</summary>
    public void Advance(TimeSpan time)
    {
        var until = Elapsed + time;
        while (_timers.NextDue is { } due && due <= until)
        {
            Elapsed = due > Elapsed ? due : Elapsed;
            while (_timers.TryTakeDue(Elapsed, out var message))
            {
                Turn(message);
                Run();
            }
        }
        Elapsed = until;
        Run();
    }

    public Reply Call(ApiCall call)
    {
        var connection = new ConnectionId(++_connection);
        var life = _lives;
        Post(new AppsMessage.ApiCalled(connection, call, new ApiCaller("127.0.0.1", "/v2/test")));
        Run();
        // A process that dies takes its answers with it.
        return Replies.FindLast(reply => reply.Connection == connection)
            ?? (life < _lives ? new Reply(connection, 0, [], null) : throw new AssertionException("the call was not answered"));
    }

    public Reply Create(string app, bool force = false) => Call(new ApiCall.CreateApp(JObject.Parse(app), force));

    public Reply CreatePod(string pod, bool force = false) => Call(new ApiCall.CreatePod(JObject.Parse(pod), force));

    public Reply UpdatePod(string id, string pod, bool force = false) => Call(new ApiCall.UpdatePod(id, JObject.Parse(pod), force));

    public Reply Update(string id, string change, bool force = false) =>
        Call(new ApiCall.UpdateApp(id, JObject.Parse(change), force, Partial: true, CreateMissing: true));

    public Reply PutGroup(string id, string group, bool force = false) =>
        Call(new ApiCall.UpdateGroup(id, JObject.Parse(group), force, DryRun: false));

    public IReadOnlyList<Instance> Of(string app) => State.Instances.Of(PathId.Parse(app)).ToList();

    public int Running(string app) => Of(app).Count(instance => instance.Condition == Condition.Running);

    public IReadOnlyList<string> EventTypes => Events.Select(published => published.Type).ToList();

    public JObject LastEvent(string type) => JObject.Parse(Events.FindLast(published => published.Type == type)?.Json
        ?? throw new AssertionException("there was no " + type));

    /// <summary>The state as a new process would find it.</summary>
    public AppsState Replayed()
    {
        var replica = new AppsCore(_settings, new SeededRandom(99));
        replica.Recover(new Recovery(null, Journal.ToArray(), Journal.Count), Now, new Effects());
        return replica.State;
    }

    private void Turn(AppsMessage message)
    {
        var effects = new Effects();
        Core.Handle(message, Now, effects);
        Core.CheckInvariants();
        Perform(effects);
        TurnEnded?.Invoke();
    }

    private void Perform(Effects effects)
    {
        for (var i = 0; i < effects.Count; i++)
        {
            if (effects[i] is Persist && CrashAt is { } crash && Journal.Count + 1 == crash.Events && !crash.EffectsLeave)
            {
                Journal.Add(((Persist)effects[i]).Event);
                Crash();
                return;
            }
            Perform(effects[i]);
            if (++EffectsLeft == CrashAfterEffects)
            {
                Crash();
                return;
            }
        }
        if (CrashAt is { EffectsLeave: true } late && Journal.Count == late.Events)
        {
            Crash();
        }
    }

    private void Crash()
    {
        CrashAt = null;
        Boot();
    }

    private void Perform(IEffect effect)
    {
        switch (effect)
        {
            case Persist persist:
                Journal.Add(persist.Event);
                break;
            case SaveSnapshotOf snapshot:
                Snapshot = new Snapshot(Journal.Count, snapshot.Pack());
                break;
            case StartTimer timer:
                _timers.Start(timer.Key, Elapsed + timer.After, (AppsMessage)timer.Message);
                break;
            case CancelTimer timer:
                _timers.Cancel(timer.Key);
                break;
            case OpenSubscription open:
                Master.Subscribe(open);
                break;
            case CloseSubscription:
                break;
            case CallMaster call:
                Master.Take(call.Call);
                break;
            case Reply reply:
                Replies.Add(reply);
                break;
            case PublishEvent published:
                Events.Add(published);
                break;
            case PublishView view:
                View = view.View;
                break;
            case RunHealthCheck run:
                if (Probe(run.Probe) is { } result)
                {
                    Post(new AppsMessage.HealthCheckFinished(run.Run, result));
                }
                break;
            case ReadSecrets read:
                Post(new AppsMessage.SecretsRead(
                    read.Sources.Select(source => new Apps.Secrets.SecretSeen(source, MissingSecrets.GetValueOrDefault(source))).ToList()));
                break;
            default:
                throw new AssertionException("an unknown effect: " + effect);
        }
    }
}
