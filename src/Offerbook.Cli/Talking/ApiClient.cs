using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Cli.Talking;

internal sealed record ApiAnswer(int Status, JToken? Body, string Text, string? DeploymentId)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>Talks JSON with one part of the cluster and turns what goes wrong into messages that say what to do.</summary>
internal sealed class ApiClient(Endpoint endpoint) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = endpoint.Address, Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>What is sent elsewhere takes its credentials along, which redirects that are followed by themselves do not.</summary>
    private readonly HttpClient _events = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = endpoint.Address,
        Timeout = TimeSpan.FromSeconds(60) };

    public Uri Address => endpoint.Address;

    public void Dispose()
    {
        _http.Dispose();
        _events.Dispose();
    }

    public Task<ApiAnswer> GetAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, null, cancellation);

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, JToken? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Authorization = endpoint.Credential?.Header;
        if (body is not null)
        {
            request.Content = new StringContent(body.ToString(Formatting.None), Encoding.UTF8, "application/json");
        }
        try
        {
            using var response = await _http.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            var deployment = response.Headers.TryGetValues("Marathon-Deployment-Id", out var ids) ? ids.First() : null;
            return new ApiAnswer((int)response.StatusCode, Parse(text), text, deployment);
        }
        catch (HttpRequestException problem)
        {
            throw Unreachable(problem.Message);
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Unreachable("no answer within 60 s");
        }
    }

    /// <summary>The answer's body, or the exception that tells why there is none.</summary>
    public async Task<JToken> RequireAsync(HttpMethod method, string path, JToken? body, CancellationToken cancellation)
    {
        var answer = await SendAsync(method, path, body, cancellation);
        return answer.IsSuccess ? answer.Body ?? new JObject() : throw Refusal.From(answer, $"{method} {path}");
    }

    /// <summary>
    /// Opens a server-sent event stream. It ends when the server closes it. A standby sends to its leader, who is told who asks too.
    /// </summary>
    /// <param name="after">Id of the last event that is known; null: from now on.</param>
    public async Task<EventReader> OpenEventsAsync(string path, CancellationToken cancellation, string? after = null)
    {
        try
        {
            var response = await AskForEventsAsync(new Uri(path, UriKind.Relative), after, cancellation);
            if (response is { StatusCode: HttpStatusCode.Redirect, Headers.Location: { } leader })
            {
                response.Dispose();
                response = await AskForEventsAsync(leader, after, cancellation);
            }
            if (!response.IsSuccessStatusCode)
            {
                var text = await response.Content.ReadAsStringAsync(cancellation);
                response.Dispose();
                throw Refusal.From(new ApiAnswer((int)response.StatusCode, Parse(text), text, null), "GET " + path);
            }
            return new EventReader(response);
        }
        catch (HttpRequestException problem)
        {
            throw Unreachable(problem.Message);
        }
    }

    private async Task<HttpResponseMessage> AskForEventsAsync(Uri address, string? after, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        request.Headers.Authorization = endpoint.Credential?.Header;
        if (after is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", after);
        }
        return await _events.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    private CliException Unreachable(string reason) => new(ExitCode.Unavailable,
        $"cannot reach {endpoint.What} at {endpoint.Address.GetLeftPart(UriPartial.Authority)}: {reason}",
        $"is it running? Start a cluster with 'offerbook local', or name another address with {endpoint.Flag} or {endpoint.Variable}");

    private static JToken? Parse(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }
        try
        {
            // Timestamps stay the text that the server wrote.
            using var reader = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None };
            return JToken.ReadFrom(reader);
        }
        catch (JsonException)
        {
            return null; // Not JSON; the caller shows the text as it is.
        }
    }
}
