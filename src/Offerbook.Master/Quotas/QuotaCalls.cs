using Mesos.V1.Quota;
using Offerbook.Master.Calls;
using Offerbook.Master.Offers;
using Offerbook.Resources;
using Offerbook.Wire.Identity;
using Offerbook.Wire.Registry;
using Type = Mesos.V1.Master.Call.Types.Type;

namespace Offerbook.Master.Quotas;

/// <summary>
/// UPDATE_QUOTA, and SET_QUOTA and REMOVE_QUOTA of older clients. A call takes effect whole or not at all: first everything is
/// checked, then it is journalled, then the allocator learns it, and at last offers that stand in the way are rescinded.
/// </summary>
internal sealed class QuotaCalls(ClusterState cluster, QuotaOffers offers) : IOperatorArea
{
    public IReadOnlyList<Type> Types { get; } = [Type.UpdateQuota, Type.SetQuota, Type.RemoveQuota];

    public void Handle(in Turn turn, MasterMessage.OperatorCallReceived message)
    {
        switch (message.Call.Type)
        {
            case Type.UpdateQuota:
                Update(turn, message.Connection, message.Call.UpdateQuota);
                break;
            case Type.SetQuota:
                Set(turn, message.Connection, message.Call.SetQuota.QuotaRequest);
                break;
            default:
                Remove(turn, message.Connection, message.Call.RemoveQuota.Role);
                break;
        }
    }

    private void Update(in Turn turn, ConnectionId connection, OperatorCall.Types.UpdateQuota update)
    {
        var invalid = update.QuotaConfigs.Select(CheckForm).FirstOrDefault(problem => problem is not null)
            ?? (update.Force ? null : update.QuotaConfigs.Select(CheckConsumption).FirstOrDefault(problem => problem is not null));
        if (invalid is null && !update.Force && Overcommit(update.QuotaConfigs) is var (guarantees, capacity))
        {
            invalid = $"Invalid QuotaConfig: total quota guarantees '{guarantees}' exceed cluster capacity '{capacity}' (use 'force' flag to bypass this check)";
        }
        if (invalid is not null)
        {
            turn.Answer(connection, 400, invalid);
            return;
        }
        Apply(turn, update.QuotaConfigs);
        turn.Answer(connection, 200);
    }

    private void Set(in Turn turn, ConnectionId connection, QuotaRequest request)
    {
        const string Prefix = "Failed to validate set quota request: ";
        var invalid = QuotaRules.Check(request) is { } problem ? Prefix + problem
            : !IsListed(request.Role) ? $"{Prefix}Unknown role '{request.Role}'"
            : cluster.Registry.Operators.Quotas.ContainsKey(request.Role)
                ? $"{Prefix}Cannot set quota for role '{request.Role}' which already has quota"
            : request.Role.Contains('/') ? $"Setting quota on nested role '{request.Role}' is not supported yet"
            : null;
        var config = invalid is null ? QuotaRules.ToConfig(request) : null;
        invalid ??= QuotaRules.Check(config!) is { } large ? Prefix + large : null;
        if (invalid is not null)
        {
            turn.Answer(connection, 400, invalid);
            return;
        }
        if (!request.Force && Overcommit([config!]) is var (guarantees, capacity))
        {
            turn.Answer(connection, 409, "Quota guarantees overcommit the cluster (use 'force' to bypass this check): "
                + $"Total quota guarantees '{guarantees}' exceed cluster capacity '{capacity}'");
            return;
        }
        Apply(turn, [config!]);
        turn.Answer(connection, 200);
    }

    private void Remove(in Turn turn, ConnectionId connection, string role)
    {
        if (!cluster.Registry.Operators.Quotas.ContainsKey(role))
        {
            turn.Answer(connection, 400, $"Failed to remove quota: Role '{role}' has no quota set");
            return;
        }
        Apply(turn, [new QuotaConfig { Role = role }]);
        turn.Answer(connection, 200);
    }

    private bool IsListed(string role) => role == RoleName.Default || cluster.Settings.Roles is not { } listed || listed.Contains(role);

    private string? CheckForm(QuotaConfig config) =>
        !IsListed(config.Role) ? $"Invalid QuotaConfig: '{config.Role}' is not on the roles whitelist"
        : config.Role.Contains('/') ? $"Updating quota on nested role '{config.Role}' is not supported yet"
        : QuotaRules.Check(config) is { } problem ? "Invalid QuotaConfig: " + problem : null;

    private string? CheckConsumption(QuotaConfig config)
    {
        var limits = RoleQuotas.Of(config).Limits;
        var consumed = offers.Consumed(config.Role);
        return limits.Admit(consumed)
            ? null
            : $"Invalid QuotaConfig: Role '{config.Role}' is already consuming '{consumed}'; this is more than the requested limits "
                + $"'{RoleQuotas.Text(limits)}' (use 'force' flag to bypass this check)";
    }

    /// <returns>What would be guaranteed in all and what there is, if that is less.</returns>
    private (ResourceQuantities Guarantees, ResourceQuantities Capacity)? Overcommit(IEnumerable<QuotaConfig> configs)
    {
        var after = new SortedDictionary<string, QuotaConfig>(cluster.Registry.Operators.Quotas, StringComparer.Ordinal);
        foreach (var config in configs)
        {
            after[config.Role] = config;
        }
        var guarantees = ResourceQuantities.Empty;
        foreach (var config in after.Values)
        {
            guarantees += RoleQuotas.Of(config).Guarantees;
        }
        var capacity = Capacity.Of(cluster);
        return capacity.Contains(guarantees) ? null : (guarantees, capacity);
    }

    private void Apply(in Turn turn, IEnumerable<QuotaConfig> configs)
    {
        var update = new QuotasUpdated();
        update.Configs.Add(configs.Select(Normal));
        if (update.Configs.Count == 0)
        {
            return;
        }
        cluster.Registry.Record(turn, update);
        foreach (var config in update.Configs)
        {
            cluster.Allocator.UpdateQuota(config.Role, RoleQuotas.Of(config));
        }
        foreach (var config in update.Configs)
        {
            offers.MakeRoom(turn, config.Role, RoleQuotas.Of(config));
        }
    }

    /// <summary>A copy whose maps are in order: the journal must not depend on how a client sorts.</summary>
    private static QuotaConfig Normal(QuotaConfig config)
    {
        var normal = new QuotaConfig { Role = config.Role };
        foreach (var (name, amount) in config.Guarantees.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            normal.Guarantees[name] = amount;
        }
        foreach (var (name, amount) in config.Limits.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            normal.Limits[name] = amount;
        }
        return normal;
    }
}
