using System.Threading.Channels;
using Offerbook.Actors.Hosting;
using Offerbook.Master.Hosting.History;
using Offerbook.Master.Hosting.Metrics;
using Offerbook.Master.Http.Files;
using Offerbook.Master.Http.Limits;
using Offerbook.Master.Http.Reads;

namespace Offerbook.Master.Hosting;

/// <summary>The way from the web server to the core of one term.</summary>
internal sealed class RunningMaster
{
    public RunningMaster(MasterProcess process, MasterSettings settings, CoreRunner<MasterMessage> runner, Exchanges exchanges,
        OfferHistory book)
    {
        (Process, Settings) = (process, settings);
        Runner = runner;
        Exchanges = exchanges;
        Book = book;
        Views = new ViewSource(this);
        Authorized = new AuthorizedViews(Views, settings.Authorizer);
        book.Start(this);
        // A dead core answers nobody: whoever waits is told so.
        _ = runner.Completion.ContinueWith(_ => exchanges.FailAll("The master is stopping"), TaskScheduler.Default);
    }

    public MasterProcess Process { get; }

    /// <summary>Those of the process, with the id of this term.</summary>
    public MasterSettings Settings { get; }

    public required EventLoopObserver EventLoop { get; init; }

    public required JournalGauge Journal { get; init; }

    /// <summary>Null: it has no rival.</summary>
    public LeadershipProof? Proof { get; init; }

    /// <summary>When the term had the store to itself, as <see cref="Offerbook.Wire.Http.ConnectionAge"/> counts.</summary>
    public required long TakenOverAt { get; init; }

    public TimeProvider Time => Process.Time;

    public MasterLimits Limits => Process.Limits;

    public MasterFiles Files => Process.Files;

    public LogVerbosity Verbosity => Process.Verbosity;

    public CallLimiter Calls => Process.Calls;

    public StreamPlaces Schedulers => Process.Schedulers;

    public StreamPlaces AgentStreams => Process.AgentStreams;

    public CoreRunner<MasterMessage> Runner { get; }

    public Exchanges Exchanges { get; }

    public ViewSource Views { get; }

    /// <summary>The views for readers, each as far as it may see.</summary>
    public AuthorizedViews Authorized { get; }

    public OfferHistory Book { get; }

    public AnswerSharing Reads { get; } = new();

    /// <summary>What agents pass that want to register.</summary>
    public AdmissionGate Admissions { get; } = new();

    /// <summary>Puts a message into the mailbox, waiting for room.</summary>
    /// <param name="ofCrowd">It is one of many that come at once: others go before.</param>
    /// <returns>False when the master is stopping or dead.</returns>
    public async ValueTask<bool> PostAsync(MasterMessage message, bool ofCrowd = false)
    {
        try
        {
            await (ofCrowd ? Runner.PostOfCrowdAsync(message) : Runner.PostAsync(message));
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>Puts a message into the mailbox, waiting for room no longer than <see cref="MasterLimits.MailboxPatience"/>.</summary>
    /// <returns>False when there was no room in time. Stopping counts as room: the exchange is then told so.</returns>
    public async ValueTask<bool> TryPostAsync(MasterMessage message)
    {
        if (Runner.TryPost(message))
        {
            return true;
        }
        using var patience = new CancellationTokenSource(Limits.MailboxPatience, Time);
        try
        {
            await Runner.PostAsync(message, patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (ChannelClosedException)
        {
            Exchanges.FailAll("The master is stopping");
            return true;
        }
    }

    /// <summary>Finishes what was asked, then ends every stream.</summary>
    /// <param name="why">What whoever still waits is told.</param>
    public async Task StopAsync(string why)
    {
        await Runner.DisposeAsync();
        Exchanges.FailAll(why);
    }

    /// <summary>Ends at once: nothing that was decided leaves any more.</summary>
    /// <param name="why">What everybody who waits is told.</param>
    public void Abandon(string why)
    {
        Runner.Abandon();
        Exchanges.FailAll(why);
    }
}
