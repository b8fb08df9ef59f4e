using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Offerbook.Actors;
using Offerbook.Master.Hosting;
using Offerbook.Master.Hosting.History;
using Offerbook.Master.Operator.Views;

namespace Offerbook.Master.Http.Book;

/// <summary>GET /offerbook/v1/fairness: what each role has and had, and who sits on offers.</summary>
internal static class FairnessEndpoint
{
    private static readonly TimeSpan DefaultSpan = TimeSpan.FromHours(1);

    /// <summary>Steps when none is asked for: a point every few pixels of a chart.</summary>
    private const int DefaultSteps = 240;

    private const int MaxStepSeconds = 7 * 24 * 3600;

    /// <summary>Frameworks with offers out that are listed, those with the most first.</summary>
    private const int MaxHolders = 100;

    /// <summary>A framework answers its offers within a second or so; one that takes a minute keeps them from others.</summary>
    private static readonly TimeSpan OldOffer = TimeSpan.FromMinutes(1);

    /// <summary>With fewer offers out, holding many of them means nothing.</summary>
    private const int ManyOffers = 10;

    public static async Task<BookAnswer> AnswerAsync(HttpContext context, RunningMaster master)
    {
        var parameters = new BookParameters(context.Request.Query, "from", "until", "step", "role");
        var now = master.Runner.Now;
        var until = parameters.Time("until") ?? now.Wall;
        var from = parameters.Time("from")
            ?? (until - DateTimeOffset.UnixEpoch > DefaultSpan ? until - DefaultSpan : DateTimeOffset.UnixEpoch);
        var role = parameters.Text("role");
        var natural = (int)Math.Clamp(Math.Ceiling((until - from).TotalSeconds / DefaultSteps), 1, MaxStepSeconds);
        var step = TimeSpan.FromSeconds(parameters.Number("step", natural, 1, MaxStepSeconds));
        if (from > until)
        {
            parameters.Refuse("The parameter 'from' is later than 'until'");
        }
        else if ((until - from) / step > ShareReader.MaxSteps)
        {
            parameters.Refuse($"From 'from' to 'until' there are more than {ShareReader.MaxSteps} steps of {step.TotalSeconds} s; "
                + $"give a step of at least {Math.Ceiling((until - from).TotalSeconds / ShareReader.MaxSteps)} seconds, or a shorter time");
        }
        if (parameters.Problem is { } problem)
        {
            return BookAnswer.Bad(problem);
        }
        if (!await master.Book.CatchUpAsync() || await master.Views.GetAsync() is not { } view)
        {
            return BookAnswer.Stopping;
        }
        var samples = await master.Book.SharesAsync(from, until, step, role, context.RequestAborted);
        return BookAnswer.Ok(BookJson.Write(json =>
        {
            json.WriteString("from", BookJson.Time(from));
            json.WriteString("until", BookJson.Time(until));
            json.Seconds("step_seconds", step);
            WriteNow(json, master.Book, view, role);
            WritePast(json, samples);
            WriteHolders(json, master.Book, now);
            json.TextIf("past_off", master.Book.Off);
        }));
    }

    private static void WriteNow(Utf8JsonWriter json, OfferHistory book, MasterView view, string? wanted)
    {
        json.WriteStartArray("now");
        foreach (var role in book.SharesOf(view).Where(role => wanted is null || role.Role == wanted)
            .OrderBy(role => role.Role, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("role", role.Role);
            json.WriteNumber("dominant_share", role.Share);
            json.Amounts("allocated", role.Allocated);
            json.Amounts("offered", role.Offered);
            json.WriteNumber("frameworks", role.Frameworks);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WritePast(Utf8JsonWriter json, IReadOnlyList<ShareRow> samples)
    {
        json.WriteStartArray("roles");
        foreach (var role in samples.GroupBy(sample => sample.Role))
        {
            json.WriteStartObject();
            json.WriteString("role", role.Key);
            json.WriteStartArray("samples");
            foreach (var sample in role)
            {
                json.WriteStartObject();
                json.WriteString("time", BookJson.Time(sample.Time));
                json.WriteNumber("dominant_share", sample.Share);
                json.RawIf("allocated", sample.Allocated);
                json.RawIf("offered", sample.Offered);
                json.WriteNumber("frameworks", sample.Frameworks);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteHolders(Utf8JsonWriter json, OfferHistory book, Now now)
    {
        var holders = book.Outstanding.Holders(now);
        var all = holders.Sum(holder => holder.Offers);
        json.WriteNumber("offers_outstanding", all);
        json.WriteStartArray("holders");
        foreach (var holder in holders.Take(MaxHolders))
        {
            json.WriteStartObject();
            json.WriteString("framework_id", holder.Framework.Value);
            json.WriteString("framework_name", holder.Name);
            json.WriteNumber("offers", holder.Offers);
            json.Seconds("oldest_seconds", holder.Oldest);
            json.Amounts("amounts", holder.Resources);
            json.WriteStartArray("hoards");
            if (holder.Oldest >= OldOffer)
            {
                json.WriteStringValue("old_offers");
            }
            if (holder.Offers >= ManyOffers && holder.Offers * 2 > all && holders.Count > 1)
            {
                json.WriteStringValue("many_offers");
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
