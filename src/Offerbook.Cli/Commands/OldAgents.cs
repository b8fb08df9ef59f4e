using System.Globalization;
using Newtonsoft.Json.Linq;
using Offerbook.Cli.Talking;

namespace Offerbook.Cli.Commands;

/// <summary>
/// Which agents do not run the minor version that the leading master runs, or cannot be asked. Each tells its own version, and shows it to
/// everybody; those before 0.2 tell none.
/// </summary>
internal static class OldAgents
{
    /// <summary>Asked at the same time.</summary>
    private const int AtOnce = 64;

    /// <summary>Named of many.</summary>
    private const int Named = 10;

    private const string Tag = "offerbook-";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="build">Of the leading master.</param>
    /// <exception cref="CliException">There are such agents.</exception>
    public static async Task RefuseAsync(Endpoint master, string build, CancellationToken cancellation)
    {
        using var client = new ApiClient(master);
        var agents = (JArray)(await client.RequireAsync(HttpMethod.Get, "/slaves", null, cancellation))["slaves"]!;
        using var http = new HttpClient { Timeout = Patience };
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(agents, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (agent, cancel) =>
            {
                var place = ((string)agent["pid"]!).Split('@')[^1];
                if (await ProblemAsync(http, place, build, cancel) is { } problem)
                {
                    lock (found)
                    {
                        found[$"{agent["hostname"]} ({place}, {agent["id"]})"] = problem;
                    }
                }
            });
        if (found.Count == 0)
        {
            return;
        }
        var names = found.Take(Named).Select(agent => $"{agent.Key}: {agent.Value}")
            .Concat(found.Count > Named ? [string.Create(CultureInfo.InvariantCulture, $"and {found.Count - Named} more")] : []);
        throw new CliException(ExitCode.Conflict, string.Create(CultureInfo.InvariantCulture,
            $"nothing was raised: of {agents.Count} agents {found.Count} are not known to run version {MinorOf(build)}: ")
                + string.Join("; ", names),
            "upgrade them first, or give --force: what is old then cannot be started again once it has registered with a master of "
            + "the new level");
    }

    /// <summary>Major and minor of a version: what formats go by.</summary>
    internal static string MinorOf(string build) => string.Join('.', build.Split('.', '-', '+').Take(2));

    private static async Task<string?> ProblemAsync(HttpClient http, string place, string build, CancellationToken cancellation)
    {
        try
        {
            var version = JObject.Parse(await http.GetStringAsync(new Uri($"http://{place}/version"), cancellation));
            return (string?)version["git_tag"] is not { } tag || !tag.StartsWith(Tag, StringComparison.Ordinal) ? "older than 0.2"
                : MinorOf(tag[Tag.Length..]) == MinorOf(build) ? null : "version " + tag[Tag.Length..];
        }
        catch (Exception silent) when (silent is HttpRequestException or Newtonsoft.Json.JsonException
            || silent is TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return "it does not tell: " + silent.Message;
        }
    }
}
