using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Wire;
using Offerbook.Wire.Http;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;
using EventType = Mesos.V1.Scheduler.Event.Types.Type;

namespace Offerbook.Conformance.Kit;

/// <summary>
/// A v1 scheduler that does what a script says: subscribes as any framework, waits for events, makes calls and looks at the answers.
/// It never reconnects, retries or acknowledges by itself. Disposing it tears its framework down.
/// </summary>
public sealed class ScriptedScheduler(KitOptions options) : IAsyncDisposable
{
    public const string Path = "/api/v1/scheduler";
    public const string StreamHeader = "Mesos-Stream-Id";

    private readonly StreamingClient _client = options.NewClient();
    private readonly Uri _address = new(options.Master, Path);
    private IncomingStream<Event>? _stream;

    public ScriptedScheduler(Uri master, MessageFormat format)
        : this(new KitOptions(master, format))
    {
    }

    /// <summary>Set it before subscribing to take a framework over.</summary>
    public FrameworkID? Id { get; set; }

    /// <summary>Of the newest subscription. A script may set it to something wrong.</summary>
    public string? StreamId { get; set; }

    /// <summary>The events of the newest subscription.</summary>
    public EventLog<Event> Events { get; private set; } = new();

    /// <summary>
    /// Opens a subscription, whatever its first event is. An older one of this scheduler stays open until the master closes it.
    /// </summary>
    public async Task<CallAnswer> OpenAsync(FrameworkInfo info, IEnumerable<string>? suppressed = null,
        OfferConstraints? constraints = null)
    {
        var call = new Call { Type = CallType.Subscribe, FrameworkId = Id,
            Subscribe = new() { FrameworkInfo = info.Clone(), OfferConstraints = constraints } };
        if (Id is not null)
        {
            call.Subscribe.FrameworkInfo.Id = Id;
        }
        call.Subscribe.SuppressedRoles.Add(suppressed ?? []);
        var (stream, answer) = await _client.OpenAsync<Event>(_address, call, options.Format);
        if (stream is not null)
        {
            _stream = stream;
            StreamId = stream.Header(StreamHeader);
            Events = new EventLog<Event>();
            _ = PumpAsync(stream, Events);
        }
        return answer;
    }

    /// <summary>Subscribes and waits for SUBSCRIBED, after which <see cref="Id"/> is known.</summary>
    public async Task<Event.Types.Subscribed> SubscribeAsync(
        FrameworkInfo info, IEnumerable<string>? suppressed = null, OfferConstraints? constraints = null)
    {
        var answer = await OpenAsync(info, suppressed, constraints);
        Expect.That(answer.Status == 200, $"SUBSCRIBE answered with 200, but it was {answer.Status}: {answer.Reason}");
        var first = await NextAsync(_ => true, "SUBSCRIBED");
        Expect.That(first.Type == EventType.Subscribed, $"SUBSCRIBED as the first event, but it was {first}");
        Id = first.Subscribed.FrameworkId;
        return first.Subscribed;
    }

    /// <summary>Subscribes and expects what a refused framework gets: a stream of one ERROR that the master closes.</summary>
    public async Task RefusedAsync(FrameworkInfo info, string text, IEnumerable<string>? suppressed = null,
        OfferConstraints? constraints = null)
    {
        var answer = await OpenAsync(info, suppressed, constraints);
        Expect.Equal(answer.Status, 200, "the status of a refused subscription");
        var first = await NextAsync(_ => true, "ERROR");
        Expect.That(first.Type == EventType.Error, $"ERROR '{text}' as the first event, but it was {first}");
        Expect.Equal(first.Error.Message, text, "the text of ERROR");
        await Events.EndAsync(options.Patience);
        Expect.Equal(Events.All.Count, 1, "the number of events of a refused subscription");
    }

    public Task<Event> NextAsync(Func<Event, bool> wanted, string what) => Events.TakeAsync(wanted, what, options.Patience);

    /// <summary>
    /// The first offer that a small task fits on. Smaller ones are declined, so that what earlier tasks give back on an agent piece by
    /// piece comes again as one.
    /// </summary>
    public Task<Offer> NextOfferAsync() =>
        LargeOfferAsync(offer => Specs.ScalarOf(offer.Resources, "cpus") >= 0.5 && Specs.ScalarOf(offer.Resources, "mem") >= 64,
            "an offer that a small task fits on");

    /// <summary>The first wanted offer, all smaller ones declined.</summary>
    public async Task<Offer> LargeOfferAsync(Func<Offer, bool> wanted, string what)
    {
        const double again = 0.1;
        while (true)
        {
            var offers = await NextOffersAsync(null, what);
            if (offers.FirstOrDefault(wanted) is { } found)
            {
                return found;
            }
            await SendAsync(Calls.Decline(again, offers.Select(offer => offer.Id)));
        }
    }

    /// <summary>The first wanted offer. Others stay as they are.</summary>
    public async Task<Offer> NextOfferAsync(Func<Offer, bool> wanted, string what = "an offer")
    {
        var offers = await NextOffersAsync(wanted, what);
        return offers.First(wanted);
    }

    /// <summary>The first untaken OFFERS event that holds a wanted offer, all of it.</summary>
    public async Task<IReadOnlyList<Offer>> NextOffersAsync(Func<Offer, bool>? wanted = null, string what = "an offer")
    {
        var @event = await NextAsync(e => e.Type == EventType.Offers && e.Offers.Offers_.Any(offer => wanted is null || wanted(offer)),
            what);
        return @event.Offers.Offers_;
    }

    public async Task<TaskStatus> NextUpdateAsync(Func<TaskStatus, bool> wanted, string what) =>
        (await NextAsync(e => e.Type == EventType.Update && wanted(e.Update.Status), what)).Update.Status;

    public Task<TaskStatus> NextUpdateAsync(string task, TaskState state) =>
        NextUpdateAsync(status => status.TaskId.Value == task && status.State == state, $"an update of '{task}' in {state}");

    /// <summary>The next status of an operation that was named with an id.</summary>
    public async Task<OperationStatus> NextOperationAsync(string id, Func<OperationStatus, bool>? wanted = null)
    {
        var @event = await NextAsync(
            e => e.UpdateOperationStatus?.Status is { } status && status.OperationId?.Value == id && (wanted is null || wanted(status)),
            $"a status of the operation '{id}'");
        return @event.UpdateOperationStatus.Status;
    }

    /// <summary>Waits until the operation is finished, and acknowledges that.</summary>
    public async Task<OperationStatus> FinishAsync(string id)
    {
        var status = await NextOperationAsync(id, known => known.Uuid is not null);
        await SendAsync(Calls.AcknowledgeOperation(status));
        Expect.That(status.State == OperationState.OperationFinished, $"'{id}' to be finished, but it is {status.State}: {status.Message}");
        return status;
    }

    /// <summary>Takes the updates of a task up to one in this state, acknowledging each.</summary>
    public async Task<TaskStatus> FollowAsync(string task, TaskState state)
    {
        while (true)
        {
            var status = await NextUpdateAsync(s => s.TaskId.Value == task && s.HasUuid, $"an update of '{task}' on its way to {state}");
            await AcknowledgeAsync(status);
            if (status.State == state)
            {
                return status;
            }
            Expect.That(!IsOver(status.State), $"'{task}' to come to {state}, but it ended in {status.State}: {status.Message}");
        }
    }

    public Task NoOffersAsync(Func<Offer, bool> unwanted) =>
        Events.NoneAsync(e => e.Type == EventType.Offers && e.Offers.Offers_.Any(unwanted), "such offer", options.Quiet);

    public Task NoOffersAsync() => Events.NoneAsync(e => e.Type == EventType.Offers, "offer", options.Quiet);

    /// <summary>Makes a call with the framework's id and stream id, whatever they are now.</summary>
    public Task<CallAnswer> CallAsync(Call call)
    {
        call.FrameworkId ??= Id;
        KeyValuePair<string, string>[] headers = StreamId is null ? [] : [new(StreamHeader, StreamId)];
        return _client.PostAsync(_address, call, options.Format, headers);
    }

    /// <summary>Makes a call and expects this status, and this text unless it is null.</summary>
    public async Task ExpectAsync(Call call, int status, string? text = null)
    {
        var answer = await CallAsync(call);
        Expect.That(answer.Status == status, $"{call.Type} answered with {status}, but it was {answer.Status}: {answer.Reason}");
        if (text is not null)
        {
            Expect.Equal(System.Text.Encoding.UTF8.GetString(answer.Body.Span), text, $"the answer to {call.Type}");
        }
    }

    /// <summary>Makes a call that the master takes.</summary>
    public Task SendAsync(Call call) => ExpectAsync(call, 202, "");

    public Task AcknowledgeAsync(TaskStatus status) => SendAsync(Calls.Acknowledge(status));

    /// <summary>Closes the stream from this side.</summary>
    public void Disconnect() => _stream?.Dispose();

    public async ValueTask DisposeAsync()
    {
        if (Id is not null && !Events.HasEnded)
        {
            await CallAsync(new Call { Type = CallType.Teardown });
        }
        _stream?.Dispose();
        _client.Dispose();
    }

    private static bool IsOver(TaskState state) => state is not (TaskState.TaskStaging or TaskState.TaskStarting or TaskState.TaskRunning
        or TaskState.TaskKilling or TaskState.TaskUnreachable or TaskState.TaskUnknown);

    private static async Task PumpAsync(IncomingStream<Event> stream, EventLog<Event> log)
    {
        var end = await stream.ReadAllAsync(
            @event =>
            {
                log.Add(@event);
                return ValueTask.CompletedTask;
            },
            CancellationToken.None);
        log.End(end);
        stream.Dispose();
    }
}
