using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Offerbook.Master.Hosting;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Http.Book;

/// <summary>
/// What the endpoints under /offerbook/v1/ have in common: GET only, JSON or a status with a plain text that says what is wrong.
/// </summary>
internal static class BookEndpoint
{
    public const string Offers = "/offerbook/v1/offers";

    public const string Fairness = "/offerbook/v1/fairness";

    public const string Why = "/offerbook/v1/why";

    public static async Task ServeAsync(HttpContext context, RunningMaster master,
        Func<HttpContext, RunningMaster, Task<BookAnswer>> answer)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            await context.RefuseMethodAsync("GET");
            return;
        }
        var found = await AnswerAsync(context, master, answer);
        if (found.Body is { } body)
        {
            await context.WriteBytesAsync(body, MediaTypes.Json);
        }
        else
        {
            await context.Response.WriteTextAsync(found.Status, found.Text);
        }
    }

    private static async Task<BookAnswer> AnswerAsync(HttpContext context, RunningMaster master,
        Func<HttpContext, RunningMaster, Task<BookAnswer>> answer)
    {
        try
        {
            return await answer(context, master);
        }
        catch (SqliteException failure)
        {
            return BookAnswer.Unavailable($"The offer book cannot be read: {failure.Message}");
        }
    }
}

/// <summary>A body, or a status and what is wrong.</summary>
internal sealed record BookAnswer(int Status, string Text, ReadOnlyMemory<byte>? Body)
{
    public static BookAnswer Ok(ReadOnlyMemory<byte> body) => new(StatusCodes.Status200OK, "", body);

    public static BookAnswer Bad(string problem) => new(StatusCodes.Status400BadRequest, problem, null);

    public static BookAnswer Unknown(string problem) => new(StatusCodes.Status404NotFound, problem, null);

    public static BookAnswer Unavailable(string problem) => new(StatusCodes.Status503ServiceUnavailable, problem, null);

    public static BookAnswer Stopping { get; } = Unavailable("The master is stopping");
}
