using Microsoft.AspNetCore.Http;
using Offerbook.Master.Hosting;
using Offerbook.Master.Hosting.History;

namespace Offerbook.Master.Http.Book;

/// <summary>GET /offerbook/v1/offers: every offer, who got it and what became of it, newest first.</summary>
internal static class OffersEndpoint
{
    public static async Task<BookAnswer> AnswerAsync(HttpContext context, RunningMaster master)
    {
        var parameters = new BookParameters(context.Request.Query, "agent", "framework", "role", "from", "until", "outcome", "limit",
            "cursor");
        var query = new OfferQuery
        {
            Agent = parameters.Text("agent"),
            Framework = parameters.Text("framework"),
            Role = parameters.Text("role"),
            From = parameters.Time("from"),
            Until = parameters.Time("until"),
            Outcome = parameters.Choice<OfferOutcome>("outcome"),
            Limit = parameters.Number("limit", OfferQuery.DefaultLimit, 1, OfferQuery.MaxLimit),
            Cursor = parameters.Text("cursor") is { } text ? OfferCursor.Parse(text) : null,
        };
        if (parameters.Text("cursor") is { } cursor && query.Cursor is null)
        {
            parameters.Refuse($"The parameter 'cursor' is '{cursor}'; it must be the next_cursor of an answer");
        }
        if (query.From > query.Until)
        {
            parameters.Refuse("The parameter 'from' is later than 'until'");
        }
        if (parameters.Problem is { } problem)
        {
            return BookAnswer.Bad(problem);
        }
        if (master.Book.Off is { } why && query.Outcome != OfferOutcome.Outstanding)
        {
            return BookAnswer.Unavailable($"The offer book has no past: {why}. Ask with outcome=outstanding for the offers that are out");
        }
        return await master.Book.FindAsync(query, context.RequestAborted) is { } rows
            ? BookAnswer.Ok(Write(rows, query.Limit)) : BookAnswer.Stopping;
    }

    private static ReadOnlyMemory<byte> Write(IReadOnlyList<OfferRow> rows, int limit) => BookJson.Write(json =>
    {
        json.WriteStartArray("offers");
        foreach (var row in rows)
        {
            json.Offer(row);
        }
        json.WriteEndArray();
        if (rows.Count == limit)
        {
            var last = rows[^1];
            json.WriteString("next_cursor",
                (last.End is null ? OfferCursor.Outstanding(last.Made, last.Offer) : OfferCursor.Past(last.Position)).ToString());
        }
    });
}
