using Offerbook.Master.Authorization;
using Offerbook.Master.Operator.Views;

namespace Offerbook.Master.Hosting;

/// <summary>Views as principals may see them. One that is filtered is kept for those who ask again before the cluster changes.</summary>
internal sealed class AuthorizedViews(ViewSource views, Authorizer authorizer)
{
    /// <summary>
    /// Principals whose last view is kept. A view shares what it shows with all others: most of one is lists of what it shows.
    /// </summary>
    private const int MaxKept = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Version, Lazy<MasterView> View)> _kept = new(StringComparer.Ordinal);

    /// <returns>Null when every principal sees everything.</returns>
    public ViewFilter? FilterOf(string? principal) => authorizer.HidesReads ? new ViewFilter(authorizer, principal) : null;

    /// <returns>Null when the master is stopping or dead.</returns>
    public async Task<MasterView?> GetAsync(string? principal)
    {
        var view = await views.GetAsync();
        return view is null || FilterOf(principal) is not { } filter ? view : Filtered(view, filter, principal ?? "").Value;
    }

    private Lazy<MasterView> Filtered(MasterView view, ViewFilter filter, string principal)
    {
        lock (_lock)
        {
            if (_kept.TryGetValue(principal, out var known) && known.Version == view.Version)
            {
                return known.View;
            }
            if (_kept.Count >= MaxKept && !_kept.ContainsKey(principal))
            {
                _kept.Clear();
            }
            // Made outside the lock, by the first who needs it.
            var made = new Lazy<MasterView>(() => filter.Apply(view));
            _kept[principal] = (view.Version, made);
            return made;
        }
    }
}
