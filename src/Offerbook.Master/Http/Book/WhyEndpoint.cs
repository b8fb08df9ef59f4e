using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Offerbook.Actors;
using Offerbook.Master.Allocation;
using Offerbook.Master.Hosting;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Http.Book;

/// <summary>
/// GET /offerbook/v1/why: for each agent all that keeps it from a framework in a role. The allocator explains a few hundred agents in
/// a turn of the core, about a millisecond; the pages are asked for one after the other and added up here, so that 50,000 agents
/// take some hundred turns with everybody else's between them. The picture is thus not of one instant, which nobody notices who
/// wants to know what has been in the way for minutes.
/// </summary>
internal static class WhyEndpoint
{
    private const int DefaultLimit = 100;

    private const int MaxLimit = 1_000;

    /// <summary>Agents a turn: at 4 µs each one millisecond.</summary>
    private const int AgentsPerTurn = 250;

    public static async Task<BookAnswer> AnswerAsync(HttpContext context, RunningMaster master)
    {
        var parameters = new BookParameters(context.Request.Query, "framework", "role", "agent", "limit", "cursor");
        var limit = parameters.Number("limit", DefaultLimit, 1, MaxLimit);
        var cursor = ParseCursor(parameters);
        if (parameters.Problem is { } problem)
        {
            return BookAnswer.Bad(problem);
        }
        if (await master.Views.GetAsync() is not { } view)
        {
            return BookAnswer.Stopping;
        }
        var (question, refusal) = WhyQuestion.Resolve(view, parameters.Text("framework"), parameters.Text("role"));
        if (question is null)
        {
            return refusal!;
        }
        using var turn = await master.Book.Explanations.EnterAsync(context.RequestAborted);
        if (turn is null)
        {
            return BookAnswer.Unavailable("Too many ask why at the moment; ask again in a few seconds");
        }
        var walk = new WhyWalk(parameters.Text("agent"), limit, summarize: cursor == 0);
        for (int? from = cursor; from is { } next && !walk.IsDone;)
        {
            if (await master.Book.ExplainAsync(question.Framework, question.Role, next, AgentsPerTurn) is not { } page)
            {
                return BookAnswer.Stopping;
            }
            context.RequestAborted.ThrowIfCancellationRequested();
            from = walk.Add(page.Page, next, page.Now);
        }
        var names = new Lazy<Dictionary<FrameworkId, string>>(() =>
            view.Frameworks.ToDictionary(framework => framework.Id, framework => framework.Info.Name));
        return BookAnswer.Ok(BookJson.Write(json => Write(json, question, walk, id => names.Value.GetValueOrDefault(id))));
    }

    private static int ParseCursor(BookParameters parameters)
    {
        if (parameters.Text("cursor") is not { } text)
        {
            return 0;
        }
        if (text.StartsWith('a') && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var from))
        {
            return from;
        }
        parameters.Refuse($"The parameter 'cursor' is '{text}'; it must be the next_cursor of an answer");
        return 0;
    }

    private static void Write(Utf8JsonWriter json, WhyQuestion question, WhyWalk walk, Func<FrameworkId, string?> nameOf)
    {
        json.TextIf("framework_id", question.Framework?.Value);
        json.TextIf("framework_name", question.FrameworkName);
        json.WriteString("role", question.Role);
        json.WriteNumber("agents_in_cluster", walk.AgentsInCluster);
        json.WriteStartArray("general");
        foreach (var obstacle in walk.General)
        {
            json.WriteStartObject();
            json.WriteString("reason", WhyJson.NameOf(obstacle));
            json.Details(obstacle, walk.Now, nameOf);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (walk.Summary is { } summary)
        {
            Write(json, summary, walk.Now, nameOf);
        }
        json.WriteStartArray("agents");
        foreach (var agent in walk.Agents)
        {
            json.Agent(agent, walk.Now, nameOf);
        }
        json.WriteEndArray();
        json.TextIf("next_cursor", walk.Next is { } next ? "a" + next.ToString(CultureInfo.InvariantCulture) : null);
    }

    private static void Write(Utf8JsonWriter json, WhySummary summary, Now now, Func<FrameworkId, string?> nameOf)
    {
        json.WriteStartObject("summary");
        json.WriteNumber("agents", summary.Agents);
        json.WriteStartArray("reasons");
        foreach (var total in summary.Reasons)
        {
            json.WriteStartObject();
            json.WriteString("reason", total.Key.Reason);
            json.WriteNumber("agents", total.Agents);
            json.TextIf("framework_id", total.Key.Framework?.Value);
            json.TextIf("framework_name", total.Key.Framework is { } id ? nameOf(id) : null);
            switch (total.Example)
            {
                case Obstacle.QuotaLimit quota when total.Key.Resource is not null:
                    json.Quota(quota);
                    break;
                case Obstacle.Headroom headroom when total.Key.Resource is not null:
                    json.Kept(headroom);
                    break;
                case Obstacle.NotItsTurn turn:
                    json.Before(turn);
                    break;
                default:
                    json.TextIf("role", total.Key.Role);
                    break;
            }
            json.Amounts("amount", total.Amount);
            if (total.FirstUntil is { } until)
            {
                json.Until("first_until", until, now);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("groups");
        foreach (var group in summary.Groups)
        {
            json.WriteStartObject();
            json.WriteStartArray("reasons");
            foreach (var reason in group.Reasons)
            {
                json.WriteStringValue(reason);
            }
            json.WriteEndArray();
            json.WriteNumber("agents", group.Agents);
            json.Amounts("free", group.Free);
            json.WriteStartArray("hostnames");
            foreach (var example in group.Examples)
            {
                json.WriteStringValue(example);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (summary.Ungrouped > 0)
        {
            json.WriteNumber("agents_not_grouped", summary.Ungrouped);
        }
        json.WriteEndObject();
    }
}
