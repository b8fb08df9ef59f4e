using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Offerbook.Master.Hosting;
using Offerbook.Wire;
using Offerbook.Wire.Http;

namespace Offerbook.Master.Tests.Http;

/// <summary>A real master on a free port with its journal in a directory of its own, and a client for it.</summary>
internal sealed class MasterFixture : IAsyncDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromSeconds(60));

    private MasterFixture(MasterHost host, string directory)
    {
        Host = host;
        Directory = directory;
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = host.Address };
    }

    public MasterHost Host { get; }

    public string Directory { get; }

    public HttpClient Client { get; }

    /// <summary>Ends every wait of a test that would otherwise hang.</summary>
    public CancellationToken Timeout => _timeout.Token;

    /// <param name="tune">Further options.</param>
    public static async Task<MasterFixture> StartAsync(string? directory = null, MasterSettings? settings = null,
        Func<MasterOptions, MasterOptions>? tune = null)
    {
        directory ??= TestDirectories.New();
        var options = new MasterOptions { DataDirectory = directory, Port = 0, Settings = settings ?? MasterSettings.Default };
        return new MasterFixture(await MasterHost.StartAsync(tune is null ? options : tune(options), CancellationToken.None), directory);
    }

    public Task<HttpResponseMessage> PostAsync(string path, string body, string? contentType = "application/json",
        string? accept = "application/json",
        string? streamId = null) => SendAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes(body), contentType, accept, streamId);

    public Task<HttpResponseMessage> PostAsync(string path, IMessage call, MessageFormat format, string? streamId = null,
        string streamHeader = "Mesos-Stream-Id") =>
        SendAsync(HttpMethod.Post, path, MessageCodec.ToBytes(call, format), MediaTypes.Of(format), MediaTypes.Of(format), streamId,
            streamHeader);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[] body, string? contentType, string? accept,
        string? streamId,
        string streamHeader = "Mesos-Stream-Id")
    {
        var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }
        if (streamId is not null)
        {
            request.Headers.TryAddWithoutValidation(streamHeader, streamId);
        }
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Timeout);
    }

    public async Task<EventReader<TEvent>> SubscribeAsync<TEvent>(string path, IMessage call, MessageFormat format,
        string? streamHeader = "Mesos-Stream-Id")
        where TEvent : class, IMessage<TEvent>, new()
    {
        var response = await PostAsync(path, call, format, streamHeader: streamHeader ?? "");
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        Assert.That(response.Headers.TransferEncodingChunked, Is.True);
        Assert.That(response.Content.Headers.ContentType, Is.EqualTo(new MediaTypeHeaderValue(MediaTypes.Of(format))));
        return new EventReader<TEvent>(response, format, streamHeader is null ? "" : response.Headers.GetValues(streamHeader).Single(),
            Timeout);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        _timeout.Dispose();
    }
}
