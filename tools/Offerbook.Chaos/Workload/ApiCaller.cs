using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Chaos.Observation;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Workload;

/// <summary>
/// Calls of one client, each to an instance drawn at random, as behind a load balancer that does not know who lives; every call is
/// recorded.
/// </summary>
internal sealed class ApiCaller(string client, ChaosCluster cluster, Recorder recorder, Random random) : IDisposable
{
    /// <summary>Longer than a change of leaders takes, so that most outcomes become known.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http = new(cluster.Sockets.Handler()) { Timeout = Patience };

    /// <param name="parts">Who may be asked.</param>
    /// <param name="body">Null: none.</param>
    public async Task<(RecordedCall Call, JToken? Answer)> CallAsync(IReadOnlyList<Part> parts, HttpMethod method, string path,
        JToken? body, params Write[] writes)
    {
        var part = parts[random.Next(parts.Count)];
        using var request = new HttpRequestMessage(method, new Uri(part.Address, path));
        if (body is not null)
        {
            request.Content = new StringContent(body.ToString(Formatting.None), Encoding.UTF8, "application/json");
        }
        var sent = cluster.Clock.Now;
        var (outcome, status, text) = await SendAsync(request);
        var call = new RecordedCall(client, method.Method, path, sent, cluster.Clock.Now, outcome, status,
            $"{part.Name}{(outcome == CallOutcome.Acknowledged ? "" : ": " + Short(text))}", writes);
        recorder.Add(call);
        return (call, outcome == CallOutcome.Acknowledged ? Read(text) : null);
    }

    public void Dispose() => _http.Dispose();

    private async Task<(CallOutcome Outcome, int Status, string Text)> SendAsync(HttpRequestMessage request)
    {
        try
        {
            using var answer = await _http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            var outcome = (int)answer.StatusCode switch
            {
                >= 200 and < 300 => CallOutcome.Acknowledged,
                >= 400 and < 500 => CallOutcome.Refused,
                _ => CallOutcome.Unknown,
            };
            return (outcome, (int)answer.StatusCode, text);
        }
        catch (HttpRequestException failed)
        {
            // Without a connection nothing has been asked.
            return (failed.HttpRequestError == HttpRequestError.ConnectionError ? CallOutcome.Refused : CallOutcome.Unknown, 0,
                failed.Message);
        }
        catch (OperationCanceledException)
        {
            return (CallOutcome.Unknown, 0, $"no answer within {Patience.TotalSeconds:0} s");
        }
    }

    private static JToken? Read(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }
        using var reader = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None };
        return JToken.ReadFrom(reader);
    }

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
