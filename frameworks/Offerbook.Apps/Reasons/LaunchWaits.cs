using System.Globalization;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Core;
using Offerbook.Apps.Launching;
using Offerbook.Apps.Matching;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Reasons;

/// <summary>Why instances are not launched: held back, nothing offered, or nothing that fits, agent by agent with the numbers.</summary>
internal static class LaunchWaits
{
    /// <param name="count">Instances that wait.</param>
    public static WaitReason Of(AppsView view, PathId app, int count, Timestamp now)
    {
        if (view.State.Delays.TryGetValue(app, out var delay) && delay.Deadline > now)
        {
            return BackedOff(view, app, count, delay, now);
        }
        if (MissingSecrets(view, app) is { Count: > 0 } missing)
        {
            return new WaitReason(WaitKind.SecretMissing,
                Text(count, "for secrets: " + string.Join("; ", missing.Select(secret => secret.Value))), new JObject
            {
                ["instances"] = count,
                ["secrets"] = new JArray(missing.Select(secret => new JObject { ["source"] = secret.Key, ["problem"] = secret.Value })),
            });
        }
        if (!view.IsSubscribed)
        {
            return new WaitReason(WaitKind.NotSubscribed, "The framework is not subscribed with a master: nothing can be launched.",
                new JObject { ["instances"] = count });
        }
        var stats = view.Queue.GetValueOrDefault(app);
        if (stats is null || stats.LastOffers.IsEmpty)
        {
            return new WaitReason(WaitKind.NothingOffered, Text(count, "and nothing has been offered to role "
                + (view.State.Root.FindSpec(app)?.Role ?? "*")), new JObject
            {
                ["instances"] = count,
                ["since"] = (stats?.Since ?? now).ToString(),
                ["offersUsed"] = stats is null ? 0 : stats.ProcessedOffers - stats.UnusedOffers,
            });
        }
        return NoOfferFits(stats, count);
    }

    private static List<KeyValuePair<string, string>> MissingSecrets(AppsView view, PathId app) => view.MissingSecrets.IsEmpty ? []
        : (view.State.Root.FindSpec(app)?.Secrets.Select(secret => secret.Value) ?? []).Distinct().Where(view.MissingSecrets.ContainsKey)
            .Select(source => KeyValuePair.Create(source, view.MissingSecrets[source])).ToList();

    /// <summary>Offers grouped by all that speaks against them, most agents first.</summary>
    public static JArray Summarise(IEnumerable<IReadOnlyList<Refusal>> offers) => new(offers
        .GroupBy(refusals => string.Join(", ", refusals.Select(refusal => refusal.Reason.ToString()).Distinct()), StringComparer.Ordinal)
        .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => new JObject { ["agents"] = group.Count(), ["reasons"] = new JArray(group.Key.Split(", ")) }));

    public static JObject Write(Refusal refusal) => new()
    {
        ["reason"] = refusal.Reason.ToString(),
        ["resource"] = refusal.Resource,
        ["requested"] = refusal.Requested,
        ["offered"] = refusal.Offered,
    };

    private static WaitReason BackedOff(AppsView view, PathId app, int count, LaunchDelay delay, Timestamp now)
    {
        var left = (delay.Deadline.UnixMilliseconds - now.UnixMilliseconds) / 1000.0;
        var facts = new JObject
        {
            ["instances"] = count,
            ["until"] = delay.Deadline.ToString(),
            ["secondsLeft"] = Math.Round(left, 1),
            ["delaySeconds"] = Math.Round(delay.Delay.TotalSeconds, 1),
        };
        var message = string.Create(CultureInfo.InvariantCulture, $"backed off until {delay.Deadline} ({left:0.#} s)");
        if (view.State.Failures.TryGetValue(app, out var failure))
        {
            facts["lastFailure"] = new JObject
            {
                ["taskId"] = failure.TaskId, ["state"] = failure.State, ["message"] = failure.Message, ["host"] = failure.Host,
                ["at"] = failure.At.ToString(),
            };
            message += $"; the last task ended as {failure.State}{(failure.Message.Length > 0 ? ": " + failure.Message : "")}";
        }
        return new WaitReason(WaitKind.BackedOff, message, facts);
    }

    private static WaitReason NoOfferFits(LaunchStats stats, int count)
    {
        var offers = stats.LastOffers.Values.OrderBy(offer => offer.Refusals.Count).ToList();
        var nearest = offers[0];
        var facts = new JObject
        {
            ["instances"] = count,
            ["since"] = stats.Since.ToString(),
            ["agents"] = offers.Count,
            ["summary"] = Summarise(offers.Select(offer => (IReadOnlyList<Refusal>)offer.Refusals)),
            ["offers"] = new JArray(offers.Take(InstanceWaits.MaxExamples).Select(offer => new JObject
            {
                ["agentId"] = offer.Offer.AgentId.Value,
                ["host"] = offer.Offer.Hostname,
                ["at"] = offer.At.ToString(),
                ["reasons"] = new JArray(offer.Refusals.Select(Write)),
            })),
        };
        var least = string.Join("; ",
            nearest.Refusals.Select(refusal => $"{refusal.Resource} requested {refusal.Requested}, free {refusal.Offered}"));
        return new WaitReason(WaitKind.NoOfferFits, Text(count, string.Create(CultureInfo.InvariantCulture,
            $"and none of the offers of {offers.Count} agents fits; nearest is {nearest.Offer.Hostname}: {least}")), facts);
    }

    private static string Text(int count, string rest) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "instance waits" : "instances wait")} {rest}");
}
