using Offerbook.Resources;

namespace Offerbook.Master.Operator.Views;

/// <summary>Sums of scalars and counts of items (of ranges and sets) by resource, sorted by name.</summary>
internal sealed class Amounts : SortedDictionary<string, Scalar>
{
    public static readonly Amounts None = new();

    public Amounts() : base(StringComparer.Ordinal)
    {
    }

    public static Amounts operator +(Amounts left, Amounts right)
    {
        var sum = new Amounts();
        foreach (var (name, amount) in left.Concat(right))
        {
            sum.Increase(name, amount);
        }
        return sum;
    }

    public void Add(in ResourceEntry entry)
    {
        var name = entry.Kind.IsRevocable ? entry.Name + "_revocable" : entry.Name;
        Increase(name, entry.Value.Type switch
        {
            ResourceValueType.Scalar => entry.Value.Scalar,
            ResourceValueType.Ranges => Whole(entry.Value.Ranges.Count),
            _ => Whole((ulong)entry.Value.Set.Items.Length),
        });
    }

    private static Scalar Whole(ulong count) => new((long)Math.Min(count, (ulong)Scalar.Largest.Milli / 1000) * 1000);

    private void Increase(string name, Scalar amount) => this[name] = this.GetValueOrDefault(name) + amount;
}

/// <summary>
/// What is allocated, offered and reserved by role, summed over the agents of a view. A role holds what the roles below it hold.
/// Costs one walk over the agents' resources, and no more for many reservations: kinds are not kept apart.
/// </summary>
internal sealed class RoleSums
{
    private readonly Dictionary<string, Amounts> _allocated = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Amounts> _offered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Amounts> _reserved = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Amounts> _consumed = new(StringComparer.Ordinal);

    public RoleSums(MasterView view)
    {
        foreach (var agent in view.Agents)
        {
            foreach (ref readonly var entry in agent.Total.Entries)
            {
                if (entry.Kind.ReservationRole is { } owner)
                {
                    Add(_reserved, owner, entry);
                    if (entry.Value.IsScalar)
                    {
                        Add(_consumed, owner, entry);
                    }
                }
            }
            foreach (ref readonly var entry in agent.UsedTotal.Entries)
            {
                var role = entry.Kind.AllocationRole ?? RoleName.Default;
                Add(_allocated, role, entry);
                if (entry.Kind.ReservationRole is null && !entry.Kind.IsRevocable && entry.Value.IsScalar)
                {
                    Add(_consumed, role, entry);
                }
            }
            foreach (ref readonly var entry in agent.Offered.Entries)
            {
                Add(_offered, entry.Kind.AllocationRole ?? RoleName.Default, entry);
            }
        }
    }

    /// <summary>Those that hold anything.</summary>
    public IEnumerable<string> Roles => _allocated.Keys.Concat(_offered.Keys).Concat(_reserved.Keys);

    public Amounts Allocated(string role) => _allocated.GetValueOrDefault(role, Amounts.None);

    public Amounts Offered(string role) => _offered.GetValueOrDefault(role, Amounts.None);

    public Amounts Reserved(string role) => _reserved.GetValueOrDefault(role, Amounts.None);

    public Amounts Consumed(string role) => _consumed.GetValueOrDefault(role, Amounts.None);

    /// <summary>All that consume anything.</summary>
    public IEnumerable<KeyValuePair<string, Amounts>> Consumers => _consumed;

    /// <summary>What the roles at the top consume, and so all.</summary>
    public Amounts ConsumedByAll
    {
        get
        {
            var sum = new Amounts();
            foreach (var (_, consumed) in _consumed.Where(role => !role.Key.Contains('/')))
            {
                sum += consumed;
            }
            return sum;
        }
    }

    /// <summary><c>a/b/c</c>, <c>a/b</c> and <c>a</c>.</summary>
    public static IEnumerable<string> WithAncestors(string role)
    {
        yield return role;
        for (var slash = role.LastIndexOf('/'); slash > 0; slash = role.LastIndexOf('/', slash - 1))
        {
            yield return role[..slash];
        }
    }

    private static void Add(Dictionary<string, Amounts> sums, string role, in ResourceEntry entry)
    {
        if (!role.Contains('/'))
        {
            AddOne(sums, role, entry);
            return;
        }
        foreach (var holder in WithAncestors(role))
        {
            AddOne(sums, holder, entry);
        }
    }

    private static void AddOne(Dictionary<string, Amounts> sums, string role, in ResourceEntry entry)
    {
        if (!sums.TryGetValue(role, out var amounts))
        {
            sums.Add(role, amounts = new Amounts());
        }
        amounts.Add(entry);
    }
}
