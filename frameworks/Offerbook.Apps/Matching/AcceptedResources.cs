using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;
using Offerbook.Apps.Volumes;
using Offerbook.Resources;

namespace Offerbook.Apps.Matching;

/// <summary>
/// The part of an offer that an ordinary launch may use: reserved to an accepted role (or to nobody, when <c>*</c> is accepted), no
/// volume, nothing shared or revocable, and no reservation with labels (those are made for particular instances). What is reserved
/// is used up first, as nobody else can have it.
/// </summary>
internal sealed class AcceptedResources
{
    private readonly List<ResourceEntry> _entries;

    private AcceptedResources(List<ResourceEntry> entries) => _entries = entries;

    public bool IsEmpty => _entries.Count == 0;

    public IReadOnlyList<ResourceEntry> Entries => _entries;

    public static AcceptedResources Of(ResourceBag bag, IReadOnlyCollection<string> roles) => new(bag
        .Where(entry => roles.Contains(entry.Kind.ReservationRole ?? "*") && IsOrdinary(entry.Kind))
        .OrderBy(entry => entry.Kind.IsReserved ? 0 : 1)
        .ToList());

    /// <summary>The part that was reserved for one instance, its volumes apart.</summary>
    public static AcceptedResources OfReservation(ResourceBag bag, InstanceId instance, string framework) => new(bag
        .Where(entry => !entry.Kind.IsPersistentVolume && ReservationLabels.Read(entry.Kind, framework) == instance)
        .ToList());

    public Quantity Available(string name) => new(Named(name).Sum(entry => entry.Value.Scalar.Milli));

    /// <summary>Takes so much, from one pool after the other.</summary>
    public IEnumerable<ResourceEntry> Take(string name, Quantity amount)
    {
        var missing = amount.Milli;
        foreach (var entry in Named(name))
        {
            var taken = Math.Min(missing, entry.Value.Scalar.Milli);
            if (taken > 0)
            {
                missing -= taken;
                yield return new ResourceEntry(entry.Kind, new Scalar(taken));
            }
        }
    }

    public IEnumerable<ResourceEntry> Named(string name) => _entries.Where(entry => entry.Name == name);

    private static bool IsOrdinary(ResourceKind kind) =>
        !kind.IsPersistentVolume && !kind.IsShared && !kind.IsRevocable && kind.Disk?.Source is null && !HasLabels(kind);

    private static bool HasLabels(ResourceKind kind)
    {
        foreach (var reservation in kind.Reservations.Items)
        {
            if (reservation.Labels is { Labels.IsEmpty: false })
            {
                return true;
            }
        }
        return false;
    }
}
