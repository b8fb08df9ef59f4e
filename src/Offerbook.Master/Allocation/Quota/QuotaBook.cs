using Offerbook.Resources;

namespace Offerbook.Master.Allocation;

/// <summary>
/// What quotas need to know at any instant, kept up to date with every change so that no run has to count: what each top-level
/// role consumes, what the guarantees still lack (<see cref="Required"/>) and what is free for them (<see cref="Free"/>).
/// <para>Invariant: equal to a recount from the agents; see <see cref="Consistency"/>.</para>
/// </summary>
internal sealed class QuotaBook(ClusterTotals totals)
{
    private readonly SortedDictionary<string, QuotaAccount> _accounts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, QuotaAccount> _set = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, QuotaAccount> _guaranteed = new(StringComparer.Ordinal);

    /// <summary>Sorted by role; those without a quota that have anything too.</summary>
    public IEnumerable<QuotaAccount> Accounts => _accounts.Values;

    /// <summary>Those that have a quota, sorted by role.</summary>
    public IEnumerable<QuotaAccount> Set => _set.Values;

    /// <summary>Those that something is guaranteed to, sorted by role.</summary>
    public IEnumerable<QuotaAccount> Guaranteed => _guaranteed.Values;

    /// <summary>Free on usable agents, unreserved and not revocable.</summary>
    public long[] Free { get; private set; } = [];

    /// <summary>What the guarantees of all roles lack.</summary>
    public long[] Required { get; private set; } = [];

    /// <summary>How many roles have less than what is guaranteed to them.</summary>
    public int UnmetRoles { get; private set; }

    /// <summary>What may hold something back no more.</summary>
    public Withheld Eased { get; set; }

    public static string TopOf(string role)
    {
        var slash = role.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? role : role[..slash];
    }

    public QuotaAccount? Find(string topLevelRole) => _accounts.GetValueOrDefault(topLevelRole);

    public QuotaAccount Account(string topLevelRole)
    {
        if (!_accounts.TryGetValue(topLevelRole, out var account))
        {
            account = new QuotaAccount(topLevelRole);
            _accounts.Add(topLevelRole, account);
        }

        return account;
    }

    public void ForgetIfIdle(QuotaAccount account)
    {
        if (account.IsIdle)
        {
            _accounts.Remove(account.Role);
        }
    }

    public void Replace(string topLevelRole, RoleQuota quota)
    {
        var account = Account(topLevelRole);
        CountUnmet(account, -1);
        account.Quota = quota;
        account.Guarantees = totals.VectorOf(quota.Guarantees);
        account.Limits = totals.VectorOf(quota.Limits);
        CountUnmet(account, 1);
        _set.Remove(topLevelRole);
        _guaranteed.Remove(topLevelRole);
        if (account.HasQuota)
        {
            _set.Add(topLevelRole, account);
        }

        if (account.HasGuarantees)
        {
            _guaranteed.Add(topLevelRole, account);
        }

        Eased |= Withheld.Limit | Withheld.Headroom;
        ForgetIfIdle(account);
    }

    /// <summary>Unreserved, non-revocable resources are offered to or used in the role (sign 1), or come back (−1).</summary>
    public void Charge(QuotaAccount account, long[] amounts, int sign)
    {
        if (account.HasGuarantees)
        {
            CountUnmet(account, -1);
            account.Unreserved = Vectors.Add(account.Unreserved, amounts, sign);
            CountUnmet(account, 1);
        }
        else
        {
            account.Unreserved = Vectors.Add(account.Unreserved, amounts, sign);
        }

        Eased |= sign < 0 && account.HasLimits ? Withheld.Limit : Withheld.None;
    }

    /// <summary>An agent's total comes (sign 1) or goes (−1), with what is reserved in it.</summary>
    public void CountReservations(ResourceBag total, int sign)
    {
        if ((total.Traits & ResourceTraits.Reserved) == 0)
        {
            return;
        }

        foreach (ref readonly var entry in total.Entries)
        {
            if (entry.Kind.ReservationRole is { } role && entry.Value.IsScalar && totals.IndexOf(entry.Kind.Name) is var index and >= 0)
            {
                var account = Account(TopOf(role));
                CountUnmet(account, -1);
                account.Reserved = Vectors.Grow(account.Reserved, index + 1);
                account.Reserved[index] += sign * entry.Value.Scalar.Milli;
                CountUnmet(account, 1);
                Eased |= (sign < 0 && account.HasLimits ? Withheld.Limit : Withheld.None)
                    | (sign > 0 && account.HasGuarantees ? Withheld.Headroom : Withheld.None);
                ForgetIfIdle(account);
            }
        }
    }

    /// <summary>What is free for guarantees on a usable agent changes.</summary>
    public void ReplaceFree(long[] before, long[] after)
    {
        Free = Vectors.Grow(Free, Math.Max(before.Length, after.Length));
        for (var i = 0; i < Math.Max(before.Length, after.Length); i++)
        {
            var change = Vectors.At(after, i) - Vectors.At(before, i);
            Free[i] += change;
            Eased |= change > 0 ? Withheld.Headroom : Withheld.None;
        }
    }

    private void CountUnmet(QuotaAccount account, int sign)
    {
        if (!account.HasGuarantees)
        {
            return;
        }

        Required = Vectors.Grow(Required, account.Guarantees.Length);
        var unmet = 0;
        for (var i = 0; i < account.Guarantees.Length; i++)
        {
            var lacks = account.Unmet(i);
            Required[i] += sign * lacks;
            unmet += lacks > 0 ? 1 : 0;
        }

        UnmetRoles += unmet > 0 ? sign : 0;
        account.UnmetCount = unmet;
    }
}
