using System.Globalization;

namespace Offerbook.Coordination;

/// <summary>The only candidate: it leads from the start until it resigns. Needs no coordination service.</summary>
/// <param name="describe">Says what its node would hold; asked once for each candidacy, since a master has another id in each.</param>
public sealed class StandaloneCandidate(Uri address, Func<ReadOnlyMemory<byte>> describe) : ICandidate
{
    private readonly Observed<Standing> _standing = new(new Standing.Leads(new LeaderInfo("1", address, describe()), IsSuspended: false));
    private int _terms = 1;

    public StandaloneCandidate(Uri address, ReadOnlyMemory<byte> data)
        : this(address, () => data)
    {
    }

    public Standing Standing => _standing.Value;

    public ValueTask<Standing> ChangedAsync(Standing known, CancellationToken cancellation) => _standing.ChangedAsync(known, cancellation);

    /// <summary>As nobody else stands, it leads again at once, in a new term.</summary>
    public ValueTask StepDownAsync(CancellationToken cancellation)
    {
        _standing.Set(standing => standing is Standing.Over ? standing
            : new Standing.Leads(new LeaderInfo((++_terms).ToString(CultureInfo.InvariantCulture), address, describe()),
                IsSuspended: false));
        return ValueTask.CompletedTask;
    }

    public ValueTask ResignAsync(CancellationToken cancellation)
    {
        _standing.Set(static _ => new Standing.Over("It has resigned."));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ResignAsync(CancellationToken.None);
}
