using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Apps.Hosting;

namespace Offerbook.Apps.Tests.Http;

/// <summary>A real Apps framework on a free port, whose master is not there: everything but launching works.</summary>
public abstract class ApiFixture
{
    private string _directory = "";
    private AppsHost _host = null!;

    protected HttpClient Client { get; private set; } = null!;

    protected AppsHost Host => _host;

    protected string DataDirectory => _directory;

    [SetUp]
    public async Task StartAsync()
    {
        _directory = Directory.CreateTempSubdirectory("offerbook-apps-").FullName;
        await RestartAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        Client.Dispose();
        await _host.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    protected async Task RestartAsync(ApiOptions? api = null)
    {
        if (_host is not null)
        {
            Client.Dispose();
            await _host.DisposeAsync();
        }
        // Port 1 of loopback: nothing listens there.
        _host = await AppsHost.StartAsync(new AppsOptions(_directory, [new Uri("http://127.0.0.1:1")]) 
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Api = api ?? ApiOptions.Default,
        });
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _host.Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    protected async Task<Answer> SendAsync(string method, string path, string? body = null, string? contentType = "application/json", string? accept = null,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), _host.Address.GetLeftPart(UriPartial.Authority) + path);
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
        var answered = response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, answered, await response.Content.ReadAsByteArrayAsync());
    }

    protected Task<Answer> GetAsync(string path) => SendAsync("GET", path);

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
