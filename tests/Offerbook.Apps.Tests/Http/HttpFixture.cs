using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Tests.Http;

/// <summary>Sends requests as clients write them, and looks at the answers.</summary>
public abstract class HttpFixture
{
    protected HttpClient Client { get; private set; } = null!;

    /// <summary>Which certificates the client believes; null: those that the machine trusts.</summary>
    protected virtual RemoteCertificateValidationCallback? Trusts => null;

    protected void Connect(Uri address)
    {
        Client?.Dispose();
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = Trusts },
        };
        Client = new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
    }

    protected void Disconnect() => Client?.Dispose();

    protected async Task<Answer> SendAsync(string method, string path, string? body = null, string? contentType = "application/json",
        string? accept = null,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Client.BaseAddress!.GetLeftPart(UriPartial.Authority) + path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        }
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await Client.SendAsync(request);
        var answered = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, answered, await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>Opens the event stream.</summary>
    protected async Task<EventFollower> FollowAsync(string query, string? lastEventId = null)
    {
        using var request = EventsRequest(query, lastEventId);
        var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.That((int)response.StatusCode, Is.EqualTo(200), () => response.Content.ReadAsStringAsync().Result);
        Assert.That(response.Content.Headers.ContentType!.ToString(),
            Is.EqualTo("text/event-stream;charset=utf-8").Or.EqualTo("text/event-stream; charset=utf-8"));
        return new EventFollower(response);
    }

    /// <summary>Asks for the event stream and is refused.</summary>
    protected async Task<Answer> AskAsync(string query, string lastEventId)
    {
        using var request = EventsRequest(query, lastEventId);
        using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.That((int)response.StatusCode, Is.Not.EqualTo(200));
        return new Answer((int)response.StatusCode, new Dictionary<string, string>(), await response.Content.ReadAsByteArrayAsync());
    }

    protected Task<Answer> GetAsync(string path) => SendAsync("GET", path);

    private HttpRequestMessage EventsRequest(string query, string? lastEventId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Client.BaseAddress!, "/v2/events" + query));
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        if (!string.IsNullOrEmpty(lastEventId))
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }
        return request;
    }

    protected sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Bytes)
    {
        public string Text => Encoding.UTF8.GetString(Bytes);

        public JToken Json
        {
            get
            {
                using var reader = new JsonTextReader(new StringReader(Text)) { DateParseHandling = DateParseHandling.None };
                return JToken.ReadFrom(reader);
            }
        }

        public string Message => (string)Json["message"]!;
    }
}
