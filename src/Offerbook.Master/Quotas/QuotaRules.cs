using System.Globalization;
using Google.Protobuf.Collections;
using Mesos.V1;
using Mesos.V1.Quota;
using Offerbook.Resources;

namespace Offerbook.Master.Quotas;

/// <summary>What a quota must look like by itself. The texts are those that clients know.</summary>
internal static class QuotaRules
{
    /// <summary>An exabyte in MB, for mem and disk: 2^40.</summary>
    private const long LargestSize = 1L << 40;

    /// <summary>For everything else: a trillion.</summary>
    private const long LargestCount = 1_000_000_000_000;

    /// <returns>What is wrong, or null.</returns>
    public static string? Check(QuotaConfig config)
    {
        if (RoleName.Problem(config.Role) is { } badRole)
        {
            return "Invalid 'QuotaConfig.role': " + badRole;
        }
        if (TooLarge(config.Guarantees) is { } largeGuarantee)
        {
            return "Invalid 'QuotaConfig.guarantees': " + largeGuarantee;
        }
        if (TooLarge(config.Limits) is { } largeLimit)
        {
            return "Invalid 'QuotaConfig.limits': " + largeLimit;
        }
        if ((Unfit("guarantee", config.Guarantees) ?? Unfit("limit", config.Limits)) is { } unfit)
        {
            return unfit;
        }
        return RoleQuotas.Of(config) is var quota && quota.Limits.Admit(quota.Guarantees)
            ? null
            : $"'QuotaConfig.guarantees' {Text(config.Guarantees)} is not contained within the 'QuotaConfig.limits' {Text(config.Limits)}";
    }

    /// <summary>The older form, where what is guaranteed is also the limit.</summary>
    public static string? Check(QuotaRequest request)
    {
        foreach (var resource in request.Guarantee)
        {
            if (ResourceValidator.Validate(resource) is { Count: > 0 } problems)
            {
                return $"QuotaInfo with invalid resource: {problems[0]}";
            }
        }
        if (!request.HasRole)
        {
            return "QuotaInfo must specify a role";
        }
        if (RoleName.Problem(request.Role) is { } badRole)
        {
            return "QuotaInfo with invalid role: " + badRole;
        }
        if (request.Guarantee.Count == 0)
        {
            return "QuotaInfo with empty 'guarantee'";
        }
        var names = new HashSet<string>();
        foreach (var resource in request.Guarantee)
        {
            var problem = resource.Reservations.Count > 0 || resource.Reservation is not null || resource.HasRole
                && resource.Role != RoleName.Default
                ? "QuotaInfo must not contain any ReservationInfo"
                : resource.Disk is not null ? "QuotaInfo must not contain DiskInfo"
                : resource.Revocable is not null ? "QuotaInfo must not contain RevocableInfo"
                : resource.Type != Value.Types.Type.Scalar ? "QuotaInfo must not include non-scalar resources"
                : !names.Add(resource.Name) ? $"QuotaInfo contains duplicate resource name '{resource.Name}'" : null;
            if (problem is not null)
            {
                return problem;
            }
        }
        return null;
    }

    /// <summary>The request as a configuration; it has passed <see cref="Check(QuotaRequest)"/>.</summary>
    public static QuotaConfig ToConfig(QuotaRequest request)
    {
        var config = new QuotaConfig { Role = request.Role };
        foreach (var resource in request.Guarantee.OrderBy(resource => resource.Name, StringComparer.Ordinal))
        {
            config.Guarantees[resource.Name] = resource.Scalar;
            config.Limits[resource.Name] = resource.Scalar;
        }
        return config;
    }

    private static string? TooLarge(MapField<string, Value.Types.Scalar> amounts)
    {
        foreach (var (name, amount) in Sorted(amounts))
        {
            var (largest, words) = name is "mem" or "disk" ? (LargestSize, "1 exabyte") : (LargestCount, "1 trillion");
            if (amount.Value > largest)
            {
                return $"{Text(name, amount.Value)} is invalid: values greater than {words} ({largest}) are not supported";
            }
        }
        return null;
    }

    private static string? Unfit(string what, MapField<string, Value.Types.Scalar> amounts)
    {
        foreach (var (name, amount) in Sorted(amounts))
        {
            var problem = double.IsInfinity(amount.Value) ? "Infinite values not supported"
                : double.IsNaN(amount.Value) ? "NaN not supported"
                : double.IsSubnormal(amount.Value) ? "Subnormal values not supported"
                : amount.Value < 0 ? "Negative values not supported" : null;
            if (problem is not null)
            {
                return $"Invalid {what} configuration {Text(name, amount.Value)}: {problem}";
            }
        }
        return null;
    }

    private static IEnumerable<KeyValuePair<string, Value.Types.Scalar>> Sorted(MapField<string, Value.Types.Scalar> amounts) =>
        amounts.OrderBy(pair => pair.Key, StringComparer.Ordinal);

    private static string Text(string name, double value) => $"{{'{name}': {Number(value)}}}";

    private static string Text(MapField<string, Value.Types.Scalar> amounts) =>
        "{" + string.Join(", ", Sorted(amounts).Select(pair => $"'{pair.Key}': {Number(pair.Value.Value)}")) + "}";

    private static string Number(double value) => value.ToString("G15", CultureInfo.InvariantCulture).Replace('E', 'e');
}
