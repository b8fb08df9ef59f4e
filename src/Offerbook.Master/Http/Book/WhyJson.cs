using System.Text.Json;
using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Resources;

namespace Offerbook.Master.Http.Book;

/// <summary>Reasons in JSON. Their names are part of the interface.</summary>
internal static class WhyJson
{
    public static string NameOf(Obstacle obstacle) => obstacle switch
    {
        Obstacle.NotSubscribed => "not_subscribed",
        Obstacle.FrameworkInactive => "framework_inactive",
        Obstacle.RoleSuppressed => "role_suppressed",
        Obstacle.TooManyOffers => "too_many_offers",
        Obstacle.AgentInactive => "agent_inactive",
        Obstacle.NotWhitelisted => "not_whitelisted",
        Obstacle.AgentIncapable => "agent_incapable",
        Obstacle.FrameworkIncapable => "framework_incapable",
        Obstacle.Constraint => "constraint",
        Obstacle.HeldBy => "held_by",
        Obstacle.ReservedTo => "reserved_to",
        Obstacle.Unsupported => "unsupported",
        Obstacle.QuotaLimit => "quota_limit",
        Obstacle.Headroom => "headroom",
        Obstacle.TooSmall => "too_small",
        Obstacle.Refused => "refused",
        Obstacle.RefusedLately => "refused_lately",
        _ => "not_its_turn",
    };

    public static void Agent(this Utf8JsonWriter json, AgentObstacles agent, Now now, Func<Wire.Identity.FrameworkId, string?> nameOf)
    {
        json.WriteStartObject();
        json.WriteString("agent_id", agent.Agent.Value);
        json.WriteString("hostname", agent.Hostname);
        json.Amounts("total", agent.Total.Quantities);
        json.Amounts("free", agent.Available.Quantities);
        json.WriteStartArray("reasons");
        foreach (var obstacle in agent.Obstacles)
        {
            json.WriteStartObject();
            json.WriteString("reason", NameOf(obstacle));
            json.Details(obstacle, now, nameOf);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Until(this Utf8JsonWriter json, string name, TimeSpan until, Now now) =>
        json.WriteString(name,
            BookJson.Time(until - now.Elapsed > DateTimeOffset.MaxValue - now.Wall
                ? DateTimeOffset.MaxValue : now.Wall + (until - now.Elapsed)));

    /// <summary>The numbers of one reason.</summary>
    public static void Details(this Utf8JsonWriter json, Obstacle obstacle, Now now, Func<Wire.Identity.FrameworkId, string?> nameOf)
    {
        switch (obstacle)
        {
            case Obstacle.TooManyOffers many:
                json.WriteNumber("offers", many.Count);
                json.WriteNumber("share", many.Share);
                if (many.MaxCount is { } count)
                {
                    json.WriteNumber("max_offers", count);
                }
                if (many.MaxShare is { } share)
                {
                    json.WriteNumber("max_share", share);
                }
                break;
            case Obstacle.AgentIncapable incapable:
                json.Flags("lacks", incapable.Lacks);
                break;
            case Obstacle.FrameworkIncapable incapable:
                json.Flags("lacks", incapable.Lacks);
                break;
            case Obstacle.HeldBy held:
                json.WriteString("framework_id", held.Framework.Value);
                json.TextIf("framework_name", nameOf(held.Framework));
                json.WriteString("role", held.Role);
                json.Amounts("used", held.Used);
                json.Amounts("offered", held.Offered);
                break;
            case Obstacle.ReservedTo reserved:
                json.WriteString("role", reserved.Role);
                json.Amounts("amount", reserved.Amount);
                break;
            case Obstacle.Unsupported unsupported:
                json.Flags("sorts", unsupported.Traits);
                json.Amounts("amount", unsupported.Amount);
                break;
            case Obstacle.QuotaLimit quota:
                json.Quota(quota);
                json.WriteNumber("free", quota.Free.ToDouble());
                break;
            case Obstacle.Headroom headroom:
                json.Kept(headroom);
                json.WriteNumber("free", headroom.Free.ToDouble());
                break;
            case Obstacle.TooSmall small:
                json.Amounts("left", small.Left);
                json.WriteStartArray("minimum");
                foreach (var set in small.Minimum)
                {
                    json.WriteRawValue(Hosting.History.BookText.Amounts(set));
                }
                json.WriteEndArray();
                break;
            case Obstacle.Refused refused:
                json.WriteString("resources", refused.Resources.ToString());
                json.Until("until", refused.Until, now);
                break;
            case Obstacle.RefusedLately lately:
                json.Until("until", lately.Until, now);
                break;
            case Obstacle.NotItsTurn turn:
                json.Amounts("amount", turn.Resources.Quantities);
                json.Before(turn);
                break;
        }
    }

    public static void Quota(this Utf8JsonWriter json, Obstacle.QuotaLimit quota)
    {
        json.WriteString("role", quota.Role);
        json.WriteString("resource", quota.Resource);
        json.WriteNumber("limit", quota.Limit.ToDouble());
        json.WriteNumber("consumed", quota.Consumed.ToDouble());
    }

    public static void Kept(this Utf8JsonWriter json, Obstacle.Headroom headroom)
    {
        json.WriteString("resource", headroom.Resource);
        json.WriteNumber("required", headroom.Required.ToDouble());
        json.WriteNumber("available", headroom.Available.ToDouble());
    }

    public static void Before(this Utf8JsonWriter json, Obstacle.NotItsTurn turn)
    {
        json.WriteNumber("roles_before", turn.RolesBefore);
        json.WriteNumber("frameworks_before", turn.FrameworksBefore);
    }

    private static void Flags<T>(this Utf8JsonWriter json, string name, T flags) where T : struct, Enum
    {
        json.WriteStartArray(name);
        foreach (var flag in flags.ToString().Split(", "))
        {
            json.WriteStringValue(Operator.MasterCounters.Snake(flag).ToUpperInvariant());
        }
        json.WriteEndArray();
    }
}
