using Mesos.V1;
using Offerbook.Conformance.Kit;

namespace Offerbook.Conformance.Cases;

/// <summary>What a running case works with. Schedulers that it made are torn down at its end, so that cases leave nothing behind.</summary>
public sealed class CaseContext(KitOptions options) : IAsyncDisposable
{
    private readonly List<ScriptedScheduler> _schedulers = [];

    public KitOptions Options { get; } = options;

    public ScriptedOperator Operator { get; } = new(options);

    public RawHttp Http { get; } = new(options.Master);

    /// <summary>A name that nobody used before: of a role, a task …</summary>
    public string Unique(string prefix) => $"{prefix}-{Guid.NewGuid():N}"[..(prefix.Length + 9)];

    /// <summary>A scheduler that has not subscribed.</summary>
    public ScriptedScheduler NewScheduler()
    {
        var scheduler = new ScriptedScheduler(Options);
        _schedulers.Add(scheduler);
        return scheduler;
    }

    /// <summary>A scheduler that takes the place of another.</summary>
    public ScriptedScheduler Successor(ScriptedScheduler scheduler)
    {
        var successor = NewScheduler();
        successor.Id = scheduler.Id;
        return successor;
    }

    /// <summary>A subscribed framework; by default one in a role of its own.</summary>
    public async Task<ScriptedScheduler> SubscribedAsync(FrameworkInfo? info = null)
    {
        var scheduler = NewScheduler();
        await scheduler.SubscribeAsync(info ?? Specs.Framework([Unique("role")]));
        return scheduler;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var scheduler in _schedulers)
        {
            await scheduler.DisposeAsync();
        }
        Operator.Dispose();
        Http.Dispose();
    }
}
