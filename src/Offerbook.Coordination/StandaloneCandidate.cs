using System.Globalization;

namespace Offerbook.Coordination;

/// <summary>The only candidate: it leads from the start until it resigns. Needs no coordination service.</summary>
public sealed class StandaloneCandidate(Uri address, ReadOnlyMemory<byte> data) : ICandidate
{
    private readonly Observed<Standing> _standing = new(new Standing.Leads(new LeaderInfo("1", address, data), IsSuspended: false));
    private int _terms = 1;

    public Standing Standing => _standing.Value;

    public ValueTask<Standing> ChangedAsync(Standing known, CancellationToken cancellation) => _standing.ChangedAsync(known, cancellation);

    /// <summary>As nobody else stands, it leads again at once, in a new term.</summary>
    public ValueTask StepDownAsync(CancellationToken cancellation)
    {
        _standing.Set(standing => standing is Standing.Over ? standing
            : new Standing.Leads(new LeaderInfo((++_terms).ToString(CultureInfo.InvariantCulture), address, data), IsSuspended: false));
        return ValueTask.CompletedTask;
    }

    public ValueTask ResignAsync(CancellationToken cancellation)
    {
        _standing.Set(static _ => new Standing.Over("It has resigned."));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ResignAsync(CancellationToken.None);
}
