using Offerbook.Coordination.Hosting;
using Offerbook.Master.Http.Files;
using Offerbook.Master.Http.Limits;

namespace Offerbook.Master.Hosting;

/// <summary>What of a master lasts over its terms, and what a standby answers from.</summary>
internal sealed class MasterProcess
{
    private readonly TimeSpan _began;

    public MasterProcess(MasterSettings settings, MasterLimits limits, TimeProvider time)
    {
        (Settings, Limits, Time) = (settings, limits, time);
        _began = time.GetElapsedTime(0);
        Calls = new CallLimiter(limits.Rates, time);
        Schedulers = new StreamPlaces("schedulers", limits.MaxSchedulerStreams);
        AgentStreams = new StreamPlaces("agents", limits.MaxAgentStreams);
    }

    /// <summary>Of all terms; each has an id of its own besides.</summary>
    public MasterSettings Settings { get; }

    public MasterLimits Limits { get; }

    public TimeProvider Time { get; }

    public required MasterFiles Files { get; init; }

    public required LogVerbosity Verbosity { get; init; }

    public CallLimiter Calls { get; }

    public StreamPlaces Schedulers { get; }

    public StreamPlaces AgentStreams { get; }

    /// <summary>
    /// Closes what the last term had open, for which another master that is to lead need not wait. The next term here does.
    /// </summary>
    public Task Leftovers { get; set; } = Task.CompletedTask;

    /// <summary>Measures the way to the store; null when no other candidate reaches it, and until the master stands.</summary>
    public StoreWatch? Store { get; set; }

    public TimeSpan Uptime => Time.GetElapsedTime(0) - _began;
}
